import type { Dirent } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isErrno } from '../../system/host/system-error.ts';
import { makeDirectory } from '../../system/host/make-directory.ts';
import { packageRoot } from '../../system/host/package-root.ts';
import type { BaseFiles } from './base-key.ts';
import type { BaseTarget } from '../base-request.ts';

/** Reads the shipped build scripts, and the files of `profiles/bases/rootfs` that a base of this target gets. */
export async function readBaseFiles({ platform, architecture }: BaseTarget): Promise<BaseFiles> {
  const parent = join(packageRoot, 'profiles/bases');
  const files = new Map<string, Uint8Array>();
  const layers = ['common', platform, `${platform}-${architecture}`].map((layer) => `rootfs/${layer}`);
  for (const directory of ['build', ...layers]) {
    const entries = await listTree(join(parent, directory));
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
    await makeDirectory(dirname(target));
    await writeFile(target, content);
  }
}

/** Not every target has files of its own. */
async function listTree(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
