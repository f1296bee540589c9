import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceText } from '../../report/diagnostic.ts';
import { packageRoot } from '../../system/host/package-root.ts';

/** YAML texts of every shipped profile and base, keyed by name. `file` is the path below the package's root. */
export interface ShippedDefinitions {
  readonly profiles: ReadonlyMap<string, SourceText>;
  readonly bases: ReadonlyMap<string, SourceText>;
}

/** Reads the definitions that come with dlimage. */
export async function readShippedDefinitions(): Promise<ShippedDefinitions> {
  const [profiles, bases] = await Promise.all([readYamlFiles('profiles'), readYamlFiles('profiles/bases')]);
  return { profiles, bases };
}

async function readYamlFiles(directory: string): Promise<Map<string, SourceText>> {
  const names = (await readdir(join(packageRoot, directory)))
    .filter((name) => name.endsWith('.yaml'))
    .toSorted();
  const texts = await Promise.all(
    names.map(async (name): Promise<[string, SourceText]> => {
      const file = `${directory}/${name}`;
      return [name.replace(/\.yaml$/, ''), { file, text: await readFile(join(packageRoot, file), 'utf8') }];
    }),
  );
  return new Map(texts);
}
