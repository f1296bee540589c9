import { renameSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, sep } from 'node:path';
import { onExit } from 'signal-exit';
import { makePrivateDirectory } from './files.ts';
import { isErrno } from './system-error.ts';

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
  const path = await mkdtemp(join(parent, `${ownPrefix()}${process.pid}-`));
  const stopWatching = onExit(() => removeAtExit(path));
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      stopWatching();
    },
  };
}

/** True for what lies in such a directory: it is not finished, whatever it looks like. */
export function isInPrivateTemporary(path: string): boolean {
  return path.split(sep).some((name) => /^\.dlimage-.+-\d+-\w+$/.test(name));
}

/**
 * Under another name first: a program or a thread that is still at work here makes no further file, and what it makes
 * in the same moment is removed by the next attempt.
 */
function removeAtExit(path: string): void {
  const retired = `${path}_`;
  try {
    renameSync(path, retired);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  rmSync(retired, { recursive: true, force: true, maxRetries: 10, retryDelay: 5 });
}

/** Containers that share a directory count their processes each for itself, but have names of their own. */
function ownPrefix(): string {
  return `.dlimage-${hostname().replaceAll(/[^\w.]/g, '_')}-`;
}

async function removeLeftovers(parent: string): Promise<void> {
  const prefix = ownPrefix();
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (Number.isNaN(owner) || isRunning(owner)) continue;
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
