import { randomBytes } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileAtomically, nameUnlessThere, readTextIfExists } from './files.ts';
import { isErrno } from './system-error.ts';

/** Held until `release` is called, or until this process ends in whatever way. */
export interface ProcessLock {
  release(): Promise<void>;
}

/** How `acquireLock` waits. */
export interface LockOptions {
  /** Called once, with the process id of the holder, when the lock is not free. */
  readonly onWait?: (holder: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly pollMilliseconds?: number;
}

interface Holder {
  readonly host: string;
  readonly boot: string;
  readonly pid: number;
  /** Tells a process from a later one of the same number. */
  readonly start: string;
}

/**
 * Takes the lock file `path`, waiting for a living holder and taking over from a dead one. A holder on another
 * machine, over a shared directory, counts as living.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<ProcessLock> {
  const { pid } = process;
  const holder: Holder = { host: hostname(), boot: await bootId(), pid, start: await processStart(pid) };
  const own = JSON.stringify({ ...holder, token: token() });
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await createFileAtomically(path, own)) return { release: () => releaseLock(path, own) };
    const text = await readTextIfExists(path);
    if (text === undefined) continue;
    const other = parseHolder(text);
    if (other === undefined || !(await isAlive(other))) {
      await removeStale(path, text);
      continue;
    }
    if (!told) options.onWait?.(other.pid);
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
    await nameUnlessThere(aside, path);
  }
  await rm(aside, { force: true });
}

async function isAlive(holder: Holder): Promise<boolean> {
  const boot = await bootId();
  // Another boot of this machine is over; another machine's processes cannot be seen from here. The boot id comes
  // first, because a machine may change its name.
  if (holder.boot !== boot) return holder.host !== hostname();
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // Another user's process is alive, too.
    if (!isErrno(error, 'EPERM')) return false;
  }
  const start = await processStart(holder.pid);
  return start === '' || holder.start === '' || start === holder.start;
}

/** Tells this run of the machine from every other; empty where the system does not say. */
async function bootId(): Promise<string> {
  return ((await readTextIfExists('/proc/sys/kernel/random/boot_id')) ?? '').trim();
}

/** Start time in clock ticks since boot; empty where it is unknown. Source: proc(5), /proc/pid/stat, field 22. */
async function processStart(pid: number): Promise<string> {
  const status = await readTextIfExists(`/proc/${pid}/stat`);
  // The name in parentheses may hold blanks; field 3 follows it.
  return status?.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { host, boot, pid, start }: Partial<Holder> = JSON.parse(text);
    const complete = host !== undefined && boot !== undefined && pid !== undefined && start !== undefined;
    return complete ? { host, boot, pid, start } : undefined;
  } catch {
    return undefined;
  }
}

function token(): string {
  return randomBytes(8).toString('hex');
}
