import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { tools, type ToolName } from '../../builder/system/host/tools.ts';
import { within } from './within.ts';

/** One running QEMU, spoken to over QMP. It never outlives the process that started it. */
export interface QemuProcess {
  /** Resolves with how it ended once it is gone. */
  readonly ended: Promise<string>;
  readonly isRunning: () => boolean;
  /** True when the guest asked for a restart, and `-no-reboot` made that the end. */
  readonly wasToRestart: () => boolean;
  /** Runs one QMP command and returns what it returned. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Runs one command of the human monitor, for what QMP lacks, and returns what it printed. */
  monitor(commandLine: string): Promise<string>;
  /** Ends it at once, like a power cut. Does nothing when it has ended. */
  kill(): Promise<void>;
}

interface QmpMessage {
  readonly id?: number;
  readonly event?: string;
  readonly data?: { readonly reason?: string };
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

const commandTimeoutSeconds = 20;

/**
 * Starts QEMU with a QMP monitor on its standard input and output.
 *
 * An interrupted test leaves no virtual machine behind: `setpriv --pdeathsig` has the kernel kill it together with
 * this process, and it also ends when the runner that this process works for has gone.
 *
 * @param logFile - takes QEMU's own messages; its end is part of the error when QEMU does not start
 */
export async function startQemu(
  program: ToolName,
  args: readonly string[],
  logFile: string,
): Promise<QemuProcess> {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', tools[program].program, ...args, '-qmp', 'stdio'],
    { stdio: ['pipe', 'pipe', log] },
  ) as ChildProcessByStdio<Writable, Readable, null>;
  closeSync(log);
  const orphaned = (): unknown => child.kill('SIGKILL');
  process.once('disconnect', orphaned);
  let running = true;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      running = false;
      process.off('disconnect', orphaned);
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  // A write after QEMU's end is answered by `ended`.
  child.stdin.on('error', () => {});

  const waiting = new Map<number, (message: QmpMessage) => void>();
  let nextId = 1;
  let shutdownReason: string | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as QmpMessage;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    if (message.event === 'SHUTDOWN') shutdownReason = message.data?.reason;
  });

  const execute: QemuProcess['execute'] = async (command, args_ = {}) => {
    const id = nextId++;
    const answer = new Promise<QmpMessage>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ execute: command, arguments: args_, id })}\n`);
    const early = ended.then((how): QmpMessage => ({ error: { desc: `QEMU ended: ${how}` } }));
    const message = await within(
      commandTimeoutSeconds,
      `QEMU's answer to ${command}`,
      Promise.race([answer, early]),
    );
    waiting.delete(id);
    if (message.error !== undefined) throw new Error(`QEMU: ${command}: ${message.error.desc}`);
    return message.return;
  };

  const kill = async (): Promise<void> => {
    if (running) child.kill('SIGKILL');
    await ended;
  };

  try {
    await execute('qmp_capabilities');
  } catch (error) {
    await kill();
    throw new Error(`${program} does not start:\n${lastLines(logFile)}`, { cause: error });
  }
  return {
    ended,
    isRunning: () => running,
    wasToRestart: () => shutdownReason === 'guest-reset',
    execute,
    monitor: async (commandLine) =>
      String(await execute('human-monitor-command', { 'command-line': commandLine })),
    kill,
  };
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}
