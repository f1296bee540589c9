import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onExit } from 'signal-exit';
import { isErrno, makePrivateDirectory } from '../files.ts';

/** A directory of mode 0700 that is gone when its user is done, fails or is interrupted. */
export interface PrivateTemporary {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes a private directory inside `parent`, which is made when it is missing. It may hold secrets: it is removed by
 * `remove`, and when the process exits or is ended by a signal. What a process left there that was killed without
 * notice is removed by the next one that comes.
 */
export async function makePrivateTemporary(parent: string): Promise<PrivateTemporary> {
  await makePrivateDirectory(parent);
  await removeLeftovers(parent);
  const path = await mkdtemp(join(parent, `.dlimage-${process.pid}-`));
  const stopWatching = onExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      stopWatching();
    },
  };
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /^\.dlimage-(\d+)-\w{6}$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
}
