import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { isErrno } from './system-error.ts';

/**
 * Makes a directory with its parents; one that exists keeps its mode. Node's own recursive mkdir never ends where a
 * parent cannot be made and the system says that it is not there, as below /proc: each directory is tried once here.
 *
 * @throws HostError `directory-impossible`; a system error when a part of the path is a file, or may not be written
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  const missing: string[] = [];
  let existing = resolve(path);
  while (!(await isDirectory(existing))) {
    missing.unshift(existing);
    existing = dirname(existing);
  }
  for (const directory of missing) await makeOne(directory, mode);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return path === '/';
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a directory`), { code: 'ENOTDIR', syscall: 'mkdir', path });
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Another process may have made it in the meantime.
    if (isErrno(error, 'EEXIST') && (await isDirectory(path))) return;
    if (!isErrno(error, 'ENOENT')) throw error;
    throw new HostError(
      'directory-impossible',
      `cannot make the directory ${path}: its file system takes none`,
      {
        hint: 'choose another place (--out, --cache, --state)',
        cause: error,
      },
    );
  }
}
