import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Assets, UserFile } from '../../../../../builder/node/overlay/assets.ts';

const root = join(import.meta.dirname, '../../../../..');
const schema = 'profiles/schemas/overlay.schema.json';

/** The shipped files, with made-up ones of the user's. */
export function shippedAssets(userFiles: ReadonlyMap<string, readonly UserFile[]> = new Map()): Assets {
  return { files: shippedFiles, userFiles };
}

const shippedFiles = readShippedFiles();

function readShippedFiles(): ReadonlyMap<string, Uint8Array> {
  const paths = ['overlays', 'cloud-init'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && !file.parentPath.includes('__pycache__'))
      .map((file) => relative(root, join(file.parentPath, file.name))),
  );
  return new Map([...paths, schema].map((path) => [path, readFileSync(join(root, path))]));
}

/** The shipped files with some of them replaced or added; null takes one away. */
export function changedAssets(changes: Readonly<Record<string, string | null>>): Assets {
  const files = new Map(shippedFiles);
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) files.delete(path);
    else files.set(path, new TextEncoder().encode(text));
  }
  return { files, userFiles: new Map() };
}
