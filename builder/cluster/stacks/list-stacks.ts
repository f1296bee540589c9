import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';

/** A stack as the definition names it. */
export interface ListedStack {
  readonly name: string;
  /** Its place in the definition. */
  readonly path: DefinitionPath;
  /** Its compose files in the order that Docker merges them in. Never empty. */
  readonly files: readonly NamedComposeFile[];
}

/** One compose file of a stack. */
export interface NamedComposeFile {
  readonly path: DefinitionPath;
  /** As written. */
  readonly file: string;
}

/** Schema of the definition's `stacks:`: a list of files, or names with a file or several. */
export function listStacks(written: unknown): ListedStack[] {
  if (Array.isArray(written)) {
    return written.flatMap((file: unknown, index) => {
      const path = ['stacks', index];
      return typeof file === 'string' ? [{ name: stackNameOf(file), path, files: [{ path, file }] }] : [];
    });
  }
  if (!isMapping(written)) return [];
  return Object.entries(written).flatMap(([name, value]) => {
    const path = ['stacks', name];
    const files = listFiles(value, path);
    return files.length === 0 ? [] : [{ name, path, files }];
  });
}

function listFiles(value: unknown, path: DefinitionPath): NamedComposeFile[] {
  if (typeof value === 'string') return [{ path, file: value }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((file: unknown, index) =>
    typeof file === 'string' ? [{ path: [...path, index], file }] : [],
  );
}

/** `web` of `./web.yaml`; of a file with the name that compose files always have, the name of its folder. */
function stackNameOf(file: string): string {
  const parts = file.split('/');
  const base = (parts.at(-1) ?? '').replace(/\.ya?ml$/, '');
  const folder = parts.at(-2) ?? '.';
  const isUsualName = /^(docker-)?(compose|stack)$/.test(base);
  return isUsualName && !/^\.*$|^~$/.test(folder) ? folder : base;
}
