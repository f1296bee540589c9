import { open, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from '../../report/errors.ts';
import { holdTool, type HeldTool } from './run-tool.ts';

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

/** Of flock(1), when somebody else holds the lock. */
const conflict = 75;

/**
 * Takes the lock of the file `path`, which is made and stays: removing it would let two processes hold two files of one
 * name. Waits for another holder, also one on another machine where the filesystem tells the machines of each other.
 *
 * @throws HostError `lock-unsupported`; what the filesystem says when the file cannot be made
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<ProcessLock> {
  options.signal?.throwIfAborted();
  const free = await tryLock(path);
  if (free !== null) return free;
  options.onWait?.(await readHolder(path));
  const held = await hold(path, [], options.signal);
  if (held !== null) return held;
  throw new Error('flock gave up without a limit');
}

/** It is written a moment after the lock is taken. */
async function readHolder(path: string): Promise<number> {
  for (let tries = 0; tries < 20; tries += 1) {
    const holder = Number(await readFile(path, 'utf8'));
    if (holder > 0) return holder;
    await sleep(20);
  }
  return 0;
}

/** Takes a lock if nobody has it; null when somebody does. */
export async function tryLock(path: string): Promise<ProcessLock | null> {
  return await hold(path, ['--nonblock', '--conflict-exit-code', String(conflict)], undefined);
}

async function hold(
  path: string,
  flags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ProcessLock | null> {
  // What is wrong with the path is said by the kernel, with its own names.
  await (await open(path, 'a', 0o600)).close();
  const held = await holdUnderFlock(path, flags, signal);
  if (held === null) return null;
  await writeFile(path, String(process.pid));
  return { release: held.end };
}

/** A child of ours has the lock until its standard input ends: by `end`, or because we are gone. */
async function holdUnderFlock(
  path: string,
  flags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<HeldTool | null> {
  const command = [...flags, path, 'sh', '-c', 'echo held; exec cat'];
  const held = await holdTool('flock', command, { step: `lock ${path}`, signal });
  if (held.exitCode === null) return held;
  if (held.exitCode === conflict) return null;
  throw new HostError('lock-unsupported', `${path} cannot be locked: its filesystem has no locks`, {
    hint: 'put it on a local disk: --cache, --out and --state say where',
    details: held.stderr === '' ? [] : [held.stderr],
  });
}
