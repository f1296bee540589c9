import { mkdir, readdir, rename, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { isErrno } from '../../system/host/system-error.ts';
import { makeDirectory } from '../../system/host/make-directory.ts';
import { basesDirectory, readCachedBase, readSoundBase, removeTree } from './base-cache.ts';
import type { Run } from '../../system/host/run.ts';
import type { BuiltBase } from './built-base.ts';
import { acquireLock, tryLock } from '../../system/host/process-lock.ts';

/**
 * The base with a key: from the cache, or made into it. Of several processes that want one base at the same time one
 * makes it and the others wait. A damaged one is made again. What is interrupted leaves nothing that looks whole; the
 * next one cleans up.
 *
 * `make` leaves `base.img` and `base.json` in a directory that is empty.
 *
 * @throws HostError what `make` throws, `cache-full` when the disk has no space left.
 */
export async function ensureCached(
  key: string,
  options: Run,
  make: (directory: string) => Promise<void>,
): Promise<BuiltBase> {
  const parent = basesDirectory(options.cacheDirectory);
  const directory = join(parent, key);
  const cached = await readSoundBase(directory);
  if (cached !== undefined) return cached;
  await makeDirectory(parent);
  const lock = await acquireLock(`${directory}.lock`, {
    onWait: (pid) => options.progress.note(`waiting for process ${pid}, which is building the same base`),
    signal: options.signal,
  });
  try {
    const made = await readSoundBase(directory);
    if (made !== undefined) return made;
    await removeLeftovers(parent, key);
    const temporary = join(parent, `${key}.building-${process.pid}`);
    await mkdir(temporary);
    try {
      await make(temporary);
      await rename(temporary, directory);
    } catch (error) {
      const full = await isFull(parent, error);
      await removeTree(temporary);
      throw full ? cacheFull(parent, error) : error;
    }
  } finally {
    await lock.release();
  }
  const base = await readCachedBase(directory);
  if (base === undefined) throw new Error(`the base that was just made is not in ${directory}`);
  return base;
}

/**
 * What interrupted builds left, of this base and of others, and this base itself where it is damaged. The caller
 * holds the lock of this base.
 */
async function removeLeftovers(parent: string, key: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [other] = name.split('.building-');
    if (other === key) await removeTree(join(parent, name));
    else if (other !== undefined && other !== name) await removeUnlessMade(parent, other, name);
  }
}

/** Nobody makes the base any more: its lock is free. */
async function removeUnlessMade(parent: string, key: string, name: string): Promise<void> {
  const lock = await tryLock(join(parent, `${key}.lock`));
  if (lock === null) return;
  try {
    await removeTree(join(parent, name));
  } finally {
    await lock.release();
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
  return new HostError('cache-full', `no space left while making a base in ${directory}`, {
    hint: 'a base needs about 4 GB for a while, and about 1 GB when it is finished; free some, or choose another --cache',
    cause,
  });
}
