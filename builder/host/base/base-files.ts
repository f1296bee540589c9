import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import type { BaseFiles } from './base-key.ts';

/** Reads the shipped files and build scripts of bases: `profiles/bases/build` and `profiles/bases/rootfs`. */
export async function readBaseFiles(): Promise<BaseFiles> {
  const parent = join(packageRoot, 'profiles/bases');
  const files = new Map<string, Uint8Array>();
  for (const directory of ['build', 'rootfs']) {
    const entries = await readdir(join(parent, directory), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(parent.length + 1), await readFile(path));
    }
  }
  return files;
}

/** Writes the files a build works with into its own directory: just those that its key stands for. */
export async function writeBaseFiles(files: BaseFiles, directory: string): Promise<void> {
  for (const [path, content] of files) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
}
