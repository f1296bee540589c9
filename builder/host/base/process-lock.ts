import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileAtomically, isErrno, readTextIfExists } from '../files.ts';

/** Held until `release` is called, or until this process ends in whatever way. */
export interface ProcessLock {
  release(): Promise<void>;
}

/** How `acquireLock` waits. */
export interface LockOptions {
  /** Called once, with the process id of the holder, when the lock is not free. */
  readonly onWait?: (holder: number) => void;
  readonly signal?: AbortSignal;
  readonly pollMilliseconds?: number;
}

interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Tells a process from a later one of the same number: boot id and start time; empty where they are unknown. */
  readonly start: string;
}

/**
 * Takes the lock file `path`, waiting for a living holder and taking over from a dead one. A holder on another
 * machine, over a shared directory, counts as living.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<ProcessLock> {
  const own = JSON.stringify({
    host: hostname(),
    pid: process.pid,
    start: await processStart(process.pid),
    token: token(),
  });
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await createFileAtomically(path, own)) return { release: () => releaseLock(path, own) };
    const text = await readTextIfExists(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder === undefined || !(await isAlive(holder))) {
      await removeStale(path, text);
      continue;
    }
    if (!told) options.onWait?.(holder.pid);
    told = true;
    await sleep(
      options.pollMilliseconds ?? 500,
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    );
  }
}

/** Clears away the lock file of a dead holder. False when a living process holds it. */
export async function removeDeadLock(path: string): Promise<boolean> {
  const text = await readTextIfExists(path);
  if (text === undefined) return true;
  const holder = parseHolder(text);
  if (holder !== undefined && (await isAlive(holder))) return false;
  await removeStale(path, text);
  return true;
}

async function releaseLock(path: string, own: string): Promise<void> {
  if ((await readTextIfExists(path)) === own) await rm(path, { force: true });
}

/**
 * Moves a dead holder's lock away before it is removed: of several waiters only one moves that file. Should it turn
 * out to be a newer lock, taken in the meantime by another waiter, it is put back.
 */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${token()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== stale) {
    await link(aside, path).catch((error: unknown) => {
      if (!isErrno(error, 'EEXIST')) throw error;
    });
  }
  await rm(aside, { force: true });
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // Another user's process is alive, too.
    if (!isErrno(error, 'EPERM')) return false;
  }
  const start = await processStart(holder.pid);
  return start === '' || holder.start === '' || start === holder.start;
}

/** Boot id and start time in clock ticks, from /proc. Source: proc(5), /proc/pid/stat, field 22. */
async function processStart(pid: number): Promise<string> {
  const status = await readTextIfExists(`/proc/${pid}/stat`);
  const boot = await readTextIfExists('/proc/sys/kernel/random/boot_id');
  if (status === undefined || boot === undefined) return '';
  // The name in parentheses may hold blanks; field 3 follows it.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return `${boot.trim()} ${fields[19] ?? ''}`;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { host, pid, start }: Partial<Holder> = JSON.parse(text);
    return host === undefined || pid === undefined || start === undefined ? undefined : { host, pid, start };
  } catch {
    return undefined;
  }
}

function token(): string {
  return randomBytes(8).toString('hex');
}
