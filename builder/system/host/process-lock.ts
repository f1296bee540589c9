import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from '../../report/errors.ts';
import { runTool } from './run-tool.ts';
import { isErrno } from './system-error.ts';

/** Held until `release` is called, or until this process ends in whatever way: the kernel keeps it, not the file. */
export interface ProcessLock {
  release(): Promise<void>;
}

/** Options for waiting in `acquireLock`. */
export interface LockOptions {
  /** Called once, with the process id of the holder, when the lock is not free. */
  readonly onWait?: (holder: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Exit code of flock(1) when somebody else holds the lock. */
const conflict = 75;

/**
 * Takes the lock of the file `path`, which is there while somebody has it. Waits for another holder, also one on another
 * machine where the filesystem tells the machines of each other.
 *
 * @throws HostError `lock-unsupported`; the system's error when the file cannot be made
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<ProcessLock> {
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const free = await tryLock(path);
    if (free !== null) return free;
    if (!told) options.onWait?.(await readHolder(path));
    told = true;
    const held = await take(path, [], options.signal);
    if (held !== null) return held;
  }
}

/** Takes a lock if nobody has it; null when somebody does. */
export async function tryLock(path: string): Promise<ProcessLock | null> {
  return await take(path, ['--nonblock', '--conflict-exit-code', String(conflict)], undefined);
}

/** Null when somebody else has the lock, or had it and took its file away. */
async function take(
  path: string,
  flags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ProcessLock | null> {
  const handle = await open(path, 'a', 0o600);
  try {
    const isTaken = await lockHandle(handle, path, flags, signal);
    if (isTaken && (await isStillThere(handle, path))) {
      await nameHolder(handle);
      return { release: () => release(handle, path) };
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

/** A lock belongs to what was opened, which flock(1) shares with us: it is ours when that program has ended. */
async function lockHandle(
  { fd }: FileHandle,
  path: string,
  flags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { exitCode, stderr } = await runTool('flock', ['--exclusive', ...flags, '0'], {
    step: `lock ${path}`,
    stdinFile: fd,
    acceptExitCodes: [conflict, ...unsupported],
    timeoutSeconds: 0,
    signal,
  });
  if (!unsupported.includes(exitCode)) return exitCode === 0;
  throw new HostError('lock-unsupported', `${path} cannot be locked: its filesystem has no locks`, {
    hint: 'put it on a local disk: --cache, --out and --state say where',
    details: stderr === '' ? [] : [stderr.trim()],
  });
}

/** Exit codes of flock(1) when the system refuses. Source: sysexits.h, EX_DATAERR and EX_OSERR */
const unsupported = [65, 71];

/** Whoever gives a lock up removes its file first: somebody who waited for that file has the lock of nothing. */
async function isStillThere(handle: FileHandle, path: string): Promise<boolean> {
  const [own, there] = await Promise.all([
    handle.stat({ bigint: true }),
    stat(path, { bigint: true }).catch(() => null),
  ]);
  return there !== null && own.ino === there.ino && own.dev === there.dev;
}

/** For whoever waits; on a full disk nobody is named. */
async function nameHolder(handle: FileHandle): Promise<void> {
  try {
    await handle.truncate();
    await handle.write(String(process.pid));
  } catch (error) {
    if (!isErrno(error, 'ENOSPC') && !isErrno(error, 'EDQUOT')) throw error;
  }
}

async function release(handle: FileHandle, path: string): Promise<void> {
  await rm(path, { force: true });
  await handle.close();
}

/** It is written a moment after the lock is taken, and gone with it. */
async function readHolder(path: string): Promise<number> {
  for (let tries = 0; tries < 20; tries += 1) {
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0) return holder;
    await sleep(20);
  }
  return 0;
}
