import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { HostError } from '../../report/errors.ts';
import { isErrno } from '../../system/host/system-error.ts';
import { programOf, searchPath } from '../../system/host/find-program.ts';
import type { ByteRange } from '../../image/ranges.ts';
import { describeFailure } from '../describe-failure.ts';
import { inhibitSleep } from './inhibit-sleep.ts';
import type {
  Mismatch,
  WireRange,
  WriterEvent,
  WriterHeader,
  WriterMode,
  WriterPhase,
  WriterSummary,
} from '../writer-protocol.ts';

/** One card, and what goes on it. */
export interface CardJob {
  readonly mode: WriterMode;
  /** The whole disk: `/dev/sdb`. */
  readonly device: string;
  /** What it was when it was looked at. */
  readonly sizeBytes: number;
  readonly firstMebibyteSha256: string;
  readonly imageBytes: number;
  /** Sectors of the image's partition table; 512 unless said otherwise. */
  readonly sectorBytes?: number;
  /** Sorted, apart from each other, whole sectors. Ranges that lie close together are faster as one. */
  readonly ranges: readonly ByteRange[];
  /** 512 bytes, which say that the card is unfinished. */
  readonly marker: Uint8Array;
  /** False skips reading back what was written, except the first MiB. */
  readonly readBack?: boolean;
  /** The bytes of a part of the image. A part can be asked for twice. */
  read(range: ByteRange): AsyncIterable<Uint8Array>;
}

/** How a writer is watched. */
export interface WriterWatch {
  onProgress?(progress: { phase: WriterPhase; doneBytes: number; totalBytes: number }): void;
  /** A place that differed; it may still be mended. */
  onMismatch?(mismatch: Mismatch): void;
  readonly signal?: AbortSignal | undefined;
  /** A device that does nothing for so long is given up; 120 unless said otherwise. A card may rest for seconds. */
  readonly silenceSeconds?: number;
  /** Program that gets the right to write, where the user lacks it. */
  readonly elevation?: 'sudo' | 'pkexec';
}

const writerPath = fileURLToPath(new URL('../../../dist/flash/host/writer/writer.js', import.meta.url));
const usualSilenceSeconds = 120;
/** sudo waits so long for a password. */
const passwordSeconds = 300;
/** How long udev may go on looking at the device. */
const lockSeconds = 30;
const lockedExitCode = 75;
/** flock cannot open the device. Source: sysexits.h, EX_NOINPUT */
const notOpenedExitCode = 66;
const graceSeconds = 10;
const keptErrorLines = 15;

/**
 * Has a process of its own write or verify a card, and waits for it. The process opens the device and nothing else; only
 * it gets the user's leave to be root, and only where the user may not open the device.
 *
 * A device that hangs is left behind with its process, which nothing can end, and does not stop this one.
 *
 * @throws HostError `flash-…`; `CardMismatch` where the card does not hold what it should; the signal's reason
 */
export async function startWriter(job: CardJob, watch: WriterWatch = {}): Promise<WriterSummary> {
  watch.signal?.throwIfAborted();
  const isAllowed = await mayOpen(job).catch((error: unknown) => {
    throw isErrno(error, 'ENOENT') ? describeFailure(job.device, { reason: 'gone' }) : error;
  });
  const child = spawnWriter(job.device, isAllowed ? undefined : (watch.elevation ?? 'sudo'));
  const allowSleep = inhibitSleep(`a card is being written: ${job.device}`);
  try {
    return await new Attendance(job, watch, child, !isAllowed).outcome;
  } finally {
    allowSleep();
  }
}

async function mayOpen({ device, mode }: CardJob): Promise<boolean> {
  const wanted = mode === 'verify' ? constants.R_OK : constants.R_OK | constants.W_OK;
  try {
    await access(device, wanted);
    return true;
  } catch (error) {
    if (isErrno(error, 'EACCES')) return false;
    throw error;
  }
}

type WriterProcess = ChildProcessByStdio<Writable, Readable, Readable>;

function spawnWriter(device: string, elevation: 'sudo' | 'pkexec' | undefined): WriterProcess {
  const lock = ['--exclusive', '--wait', `${lockSeconds}`, '--conflict-exit-code', `${lockedExitCode}`];
  const command = [
    ...(elevation === undefined ? [] : elevation === 'sudo' ? ['sudo', '--'] : ['pkexec']),
    programOf('flock'),
    ...[...lock, '--no-fork', device],
    ...[process.execPath, '--max-semi-space-size=1', writerPath],
  ];
  const [program = '', ...args] = command;
  return spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: searchPath(), LC_ALL: 'C.UTF-8' },
    cwd: '/',
  });
}

/** Feeds a writer, listens to it, and knows when to give it up. */
class Attendance {
  readonly outcome: Promise<WriterSummary>;
  readonly #job: CardJob;
  readonly #watch: WriterWatch;
  readonly #child: WriterProcess;
  readonly #isElevated: boolean;
  readonly #errorLines: string[] = [];
  #settle: (result: { summary: WriterSummary } | { error: unknown }) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = performance.now();
  #hasBegun = false;
  /** The image is being read for the writer: its silence is ours. */
  #isReading = false;
  #feeding: Promise<void> = Promise.resolve();
  #verdict: { summary: WriterSummary } | { error: unknown } | undefined;

  constructor(job: CardJob, watch: WriterWatch, child: WriterProcess, isElevated: boolean) {
    this.#job = job;
    this.#watch = watch;
    this.#child = child;
    this.#isElevated = isElevated;
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = (result) => {
        this.#settle = () => undefined;
        clearInterval(this.#timer);
        watch.signal?.removeEventListener('abort', this.#abort);
        if ('summary' in result) resolve(result.summary);
        else reject(result.error);
      };
    });
    child.on('error', (error) => this.#settle({ error: this.#explainStart(error) }));
    child.once('close', (code, signal) =>
      this.#settle(this.#verdict ?? { error: this.#explainEnd(code, signal) }),
    );
    // What it no longer takes is told by its end.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) =>
      this.#hear(JSON.parse(line) as WriterEvent),
    );
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#errorLines.push(line);
      if (this.#errorLines.length > keptErrorLines) this.#errorLines.shift();
    });
    watch.signal?.addEventListener('abort', this.#abort);
    this.#timer = setInterval(() => this.#lookAtClock(), Math.min(1000, this.#patienceSeconds() * 250));
    child.stdin.write(`${JSON.stringify(headerOf(job))}\n`);
    this.#feed(job.ranges);
  }

  readonly #abort = (): void => this.#endWith({ error: this.#watch.signal?.reason as unknown });

  /** The writer ends by itself when its input does; what it says then no longer counts. */
  #endWith(verdict: { summary: WriterSummary } | { error: unknown }): void {
    this.#verdict ??= verdict;
    this.#child.stdin.destroy();
    setTimeout(() => this.#leaveBehind(), graceSeconds * 1000).unref();
  }

  #hear(event: WriterEvent): void {
    this.#heardAt = performance.now();
    if (event.event === 'started') this.#hasBegun = true;
    else if (event.event === 'progress') this.#watch.onProgress?.(event);
    else if (event.event === 'mismatch') this.#watch.onMismatch?.(event.mismatch);
    else if (event.event === 'resend') this.#feed(event.ranges.map(rangeOf));
    else if (event.event === 'done') this.#endWith({ summary: event.summary });
    else this.#endWith({ error: describeFailure(this.#job.device, event.failure) });
  }

  #feed(ranges: readonly ByteRange[]): void {
    this.#feeding = this.#feeding
      .then(() => this.#send(ranges))
      .catch((error: unknown) => this.#endWith({ error }));
  }

  async #send(ranges: readonly ByteRange[]): Promise<void> {
    const { stdin } = this.#child;
    for (const range of ranges) {
      let sentBytes = 0;
      this.#isReading = true;
      for await (const piece of this.#job.read(range)) {
        this.#isReading = false;
        if (stdin.destroyed) return;
        sentBytes += piece.length;
        if (!stdin.write(piece)) await this.#drained();
        this.#isReading = true;
      }
      this.#isReading = false;
      if (sentBytes !== range.lengthBytes)
        throw new Error(`${sentBytes} of ${range.lengthBytes} bytes at ${range.offsetBytes}`);
    }
  }

  /** Waits until the writer has taken what it was sent, or is gone. */
  async #drained(): Promise<void> {
    const { stdin } = this.#child;
    const controller = new AbortController();
    const { signal } = controller;
    try {
      await Promise.race([once(stdin, 'drain', { signal }), once(stdin, 'close', { signal })]);
    } finally {
      controller.abort();
    }
  }

  #patienceSeconds(): number {
    if (!this.#hasBegun && this.#isElevated) return passwordSeconds;
    return (this.#watch.silenceSeconds ?? usualSilenceSeconds) + (this.#hasBegun ? 0 : lockSeconds);
  }

  #lookAtClock(): void {
    if (this.#isReading) this.#heardAt = performance.now();
    const seconds = (performance.now() - this.#heardAt) / 1000;
    if (seconds < this.#patienceSeconds()) return;
    const { device } = this.#job;
    this.#verdict ??= {
      error: new HostError('flash-hung', `${device} has not answered for ${Math.round(seconds)} s`, {
        hint: 'pull it out, and try another reader or port: the card or the reader is broken',
      }),
    };
    this.#leaveBehind();
  }

  /** A process with a request stuck in the kernel ends only when the device answers: nobody waits for it. */
  #leaveBehind(): void {
    const { stdin, stdout, stderr } = this.#child;
    if (this.#verdict !== undefined) this.#settle(this.#verdict);
    for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    this.#child.kill('SIGKILL');
    this.#child.unref();
  }

  #explainStart(error: Error): unknown {
    if (!('code' in error) || error.code !== 'ENOENT') return error;
    return new HostError('flash-no-rights', `you may not open ${this.#job.device}, and there is no sudo`, {
      hint: 'install sudo, or join the group that owns the device',
    });
  }

  #explainEnd(code: number | null, signal: NodeJS.Signals | null): HostError {
    const { device } = this.#job;
    const details = this.#errorLines;
    if (code === lockedExitCode) {
      return new HostError('flash-locked', `another program has had ${device} locked for ${lockSeconds} s`, {
        hint: 'close other programs that write or look at cards, and try again',
      });
    }
    if (code === notOpenedExitCode && !this.#hasBegun) {
      const isEmpty = details.some((line) => line.includes('No medium found'));
      return describeFailure(device, { reason: isEmpty ? 'no-medium' : 'gone' });
    }
    if (this.#isElevated && !this.#hasBegun)
      return new HostError('flash-not-allowed', `no leave to write to ${device} as root`, { details });
    const how = signal === null ? `exit code ${code}` : signal;
    return new HostError('flash-writer-ended', `the writer of ${device} ended without a result (${how})`, {
      details,
      hint: 'run the same command again: it goes on where it stopped',
    });
  }
}

function headerOf(job: CardJob): WriterHeader {
  const { mode, device, sizeBytes, firstMebibyteSha256, imageBytes, marker, readBack = true } = job;
  return {
    mode,
    device,
    sizeBytes,
    firstMebibyteSha256,
    sectorBytes: job.sectorBytes ?? 512,
    imageBytes,
    ranges: job.ranges.map(({ offsetBytes, lengthBytes }) => [offsetBytes, lengthBytes] as const),
    marker: Buffer.from(marker).toString('base64'),
    readBack,
  };
}

function rangeOf([offsetBytes, lengthBytes]: WireRange): ByteRange {
  return { offsetBytes, lengthBytes };
}
