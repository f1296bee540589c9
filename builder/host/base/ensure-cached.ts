import { mkdir, readdir, rename, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { isErrno } from '../files.ts';
import type { Progress } from '../progress.ts';
import { removeTree } from './base-cache.ts';
import { acquireLock, removeDeadLock } from './process-lock.ts';

/** One directory of the cache: its name is a hash of all that decides what it holds. */
export interface CachedDirectory<T> {
  readonly path: string;
  /** Reads it; nothing where it is missing or damaged. */
  readonly read: () => Promise<T | undefined>;
  /** Fills an empty directory, which then gets the name. */
  readonly make: (directory: string) => Promise<void>;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * What a directory of the cache holds: as it is there, or made. Of several processes that want the same one makes it and
 * the others wait. A damaged one is made again. What is interrupted leaves nothing that looks whole; the next one cleans up.
 *
 * @throws HostError `cache-full` when the disk has no space left, and whatever `make` throws.
 */
export async function ensureCached<T>(wanted: CachedDirectory<T>): Promise<T> {
  const { path, read } = wanted;
  const there = await read();
  if (there !== undefined) return there;
  const parent = dirname(path);
  await mkdir(parent, { recursive: true });
  const lock = await acquireLock(`${path}.lock`, {
    onWait: (pid) => wanted.progress.note(`waiting for process ${pid}, which is building the same base`),
    ...(wanted.signal === undefined ? {} : { signal: wanted.signal }),
  });
  try {
    const made = await read();
    if (made !== undefined) return made;
    await removeLeftovers(parent, basename(path));
    const temporary = `${path}.building-${process.pid}`;
    await mkdir(temporary);
    try {
      await wanted.make(temporary);
      await rename(temporary, path);
    } catch (error) {
      const full = await isFull(parent, error);
      await removeTree(temporary);
      throw full ? cacheFull(parent, error) : error;
    }
  } finally {
    await lock.release();
  }
  const made = await read();
  if (made === undefined) throw new Error(`what was just made is not in ${path}`);
  return made;
}

/** What interrupted builds left, of this and of others, and this one itself where it is damaged. The caller holds its lock. */
async function removeLeftovers(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const [other] = entry.split('.building-');
    const unfinished =
      other !== entry && (other === name || (await removeDeadLock(join(parent, `${other}.lock`))));
    if (unfinished || entry === name) await removeTree(join(parent, entry));
  }
}

async function isFull(directory: string, error: unknown): Promise<boolean> {
  if (isErrno(error, 'ENOSPC')) return true;
  if (!(error instanceof HostError)) return false;
  if (error.details.some((line) => /no space left on device|not enough free space/i.test(line))) return true;
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize < 16 * 1024 * 1024;
}

function cacheFull(directory: string, cause: unknown): HostError {
  return new HostError('cache-full', `no space left while building a base in ${directory}`, {
    hint: 'a build needs about 4 GB for a while, a finished base about 1 GB; free some, or choose another --cache',
    cause,
  });
}
