import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files by their path below the directory of a golden case. */
export type Tree = ReadonlyMap<string, string>;

const root = new URL('../expected', import.meta.url).pathname;
const update = process.env['UPDATE'] === '1';

/** True when the expected files are written anew instead of compared. Never in CI. */
export function isUpdating(): boolean {
  if (update && process.env['CI'] !== undefined) throw new Error('golden files are not updated in CI');
  return update;
}

/** The expected files of a case. */
export function readExpected(name: string): Tree {
  const directory = join(root, name);
  const tree = new Map<string, string>();
  if (!existsSync(directory)) return tree;
  for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile()) tree.set(path.slice(directory.length + 1), readFileSync(path, 'utf8'));
  }
  return tree;
}

/** Replaces the expected files of a case. */
export function writeExpected(name: string, tree: Tree): void {
  rmSync(join(root, name), { recursive: true, force: true });
  for (const [path, text] of tree) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
}
