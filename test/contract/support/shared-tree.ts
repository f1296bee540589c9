import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNamespace } from '../../../builder/system/host/namespace.ts';
import { acquireLock } from '../../../builder/system/host/process-lock.ts';

const trees = join(import.meta.dirname, '../../../node_modules/.cache/dlimage-trees');

/**
 * A directory that several test files read and none writes to: unpacking it takes longer than most of them. It is made
 * once, and again when its key is another; the one before is removed then.
 *
 * @param key - a word that changes with what is in it
 * @param make - fills a directory that is empty
 */
export async function sharedTree(
  name: string,
  key: string,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  // An ordinary user cannot read what root has unpacked.
  const own = `${name}-${process.getuid?.() ?? 0}`;
  const directory = join(trees, `${own}-${key}`);
  await mkdir(trees, { recursive: true });
  const lock = await acquireLock(join(trees, `${own}.lock`));
  try {
    if (existsSync(directory)) return directory;
    for (const other of await readdir(trees)) {
      if (other.startsWith(`${own}-`)) await removeTree(join(trees, other));
    }
    const unfinished = join(trees, `${own}-unfinished`);
    await mkdir(unfinished);
    await make(unfinished);
    await rename(unfinished, directory);
    return directory;
  } finally {
    await lock.release();
  }
}

/** Files belong to subordinate users where the tests do not run as root: only the namespace may remove them. */
async function removeTree(directory: string): Promise<void> {
  await runInNamespace('rm', ['-rf', '--', directory], {
    step: 'remove an unpacked tree',
    timeoutSeconds: 600,
  });
  await rm(directory, { recursive: true, force: true });
}
