import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The serial console of a machine: a file that QEMU appends to, over all starts of the machine. */
export interface ConsoleLog {
  readonly path: string;
  /**
   * Waits for a line that was not yet looked at and returns its match.
   * Fails early when the machine ends or says that it cannot boot; every failure shows the last lines.
   */
  waitForLine(pattern: RegExp, timeoutSeconds: number): Promise<RegExpExecArray>;
  /** Lets `waitForLine` begin at what comes from now on. */
  skipToEnd(): Promise<void>;
  /** The last lines, with the name of the file. */
  tail(lines?: number): Promise<string>;
}

/** What a machine prints when nobody will ever see it boot. */
const hopeless = [
  /Kernel panic - not syncing/,
  /You are in emergency mode/,
  /Dropping to a shell/,
  /No bootable device/,
  /^error: (?:file|disk|no such)/,
];
const pollMilliseconds = 200;
/** Colours and cursor movements of systemd, GRUB and the UEFI firmware. */
const escapeSequences = /\u001B(?:\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])/g;

/** Follows the console of one machine. `whyEnded` tells, once the machine is off, how it ended. */
export function followConsole(path: string, whyEnded: () => string | undefined): ConsoleLog {
  const lines = createLineReader(path);

  const tail: ConsoleLog['tail'] = async (count = 40) => {
    const text = existsSync(path) ? cleanLine(await readFile(path, 'utf8')) : '';
    const last = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .map((line) => `  | ${line.slice(0, 200)}`);
    return [`last lines of ${path}:`, ...last].join('\n');
  };

  const waitForLine: ConsoleLog['waitForLine'] = async (pattern, timeoutSeconds) => {
    const fail = async (why: string): Promise<never> => {
      throw new Error(`${why} while waiting for ${String(pattern)} on the console\n${await tail()}`);
    };
    const deadline = performance.now() + timeoutSeconds * 1000;
    for (;;) {
      // Asked before the file is read, so that the last words of a machine are still heard.
      const ended = whyEnded();
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
        const match = pattern.exec(line);
        if (match !== null) return match;
        if (hopeless.some((sign) => sign.test(line))) await fail(`the machine cannot boot (${line})`);
      }
      if (ended !== undefined) await fail(`the machine ended (${ended})`);
      if (performance.now() > deadline) await fail(`nothing after ${timeoutSeconds} s`);
      await sleep(pollMilliseconds);
    }
  };

  return { path, tail, waitForLine, skipToEnd: lines.skipToEnd };
}

/** Reads complete lines from a file that grows. */
function createLineReader(path: string): { next(): Promise<string | undefined>; skipToEnd(): Promise<void> } {
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  const pending: string[] = [];

  const readMore = async (): Promise<void> => {
    if (!existsSync(path)) return;
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size <= offset) return;
      const chunk = Buffer.alloc(size - offset);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
      offset += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    } finally {
      await file.close();
    }
    const end = rest.lastIndexOf(0x0a) + 1;
    const complete = rest.subarray(0, end).toString('utf8');
    rest = rest.subarray(end);
    if (complete !== '') pending.push(...complete.trimEnd().split('\n').map(cleanLine));
  };

  return {
    next: async () => {
      if (pending.length === 0) await readMore();
      return pending.shift();
    },
    skipToEnd: async () => {
      await readMore();
      pending.length = 0;
      rest = Buffer.alloc(0);
    },
  };
}

function cleanLine(text: string): string {
  return text.replaceAll(escapeSequences, '').replaceAll('\r', '');
}
