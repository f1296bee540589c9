import { readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { HostPath, Reference } from '../definition/environment.ts';
import { isErrno } from './files.ts';
import { inspectImageArchive } from './inspect-image-archive.ts';

/** What is judged by its contents. */
const readAsText: ReadonlySet<Reference['purpose']> = new Set(['profile', 'key', 'stack', 'token']);

/** Each of them is small; more is not read into memory. */
const longestTextBytes = 1024 * 1024;

/** Looks where a reference of the definition points to, and reads it if it is judged by its contents. */
export async function findHostPath(reference: Reference, projectDirectory: string): Promise<HostPath> {
  const start = reference.from === 'definition' ? projectDirectory : process.cwd();
  const absolutePath = resolve(start, reference.written.replace(/^~(?=\/|$)/, homedir()));
  const nothing = { ...reference, absolutePath, realPath: absolutePath, sizeBytes: 0, executable: false };
  try {
    const realPath = await realpath(absolutePath);
    const status = await stat(realPath);
    const kind = status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'other';
    const found = {
      ...nothing,
      realPath,
      kind,
      sizeBytes: status.size,
      executable: (status.mode & 0o100) !== 0,
    } as const;
    if (reference.purpose === 'image' && kind === 'file') {
      return { ...found, archive: await inspectImageArchive(realPath) };
    }
    if (!readAsText.has(reference.purpose) || kind !== 'file' || status.size > longestTextBytes) return found;
    return { ...found, text: await readFile(realPath, 'utf8') };
  } catch (error) {
    return {
      ...nothing,
      kind: isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR') ? 'missing' : 'unreadable',
    };
  }
}
