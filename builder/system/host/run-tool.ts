import { execa } from 'execa';
import { PassThrough, type Readable } from 'node:stream';
import { HostError } from '../../report/errors.ts';
import { endHeldPipes } from './end-held-pipes.ts';
import { programOf, searchPath } from './find-program.ts';
import { installHint } from './install-hint.ts';
import { tools, type ToolName } from './tools.ts';

/** Options for running one program. Arguments never carry a secret: every user of the machine can read them. */
export interface RunOptions {
  /** The step, in words, for the error message: "write files into the root partition". */
  readonly step: string;
  readonly input?: string | Uint8Array | Readable;
  /** Number of an open file of ours that becomes its standard input. */
  readonly stdinFile?: number;
  readonly cwd?: string;
  /** Added to a minimal environment (PATH, HOME, TMPDIR, LC_ALL=C.UTF-8, TZ=UTC). */
  readonly env?: Readonly<Record<string, string>>;
  /** 0 for none; 120 unless said otherwise. */
  readonly timeoutSeconds?: number;
  /** Exit codes that are not a failure; 0 always is one of them. */
  readonly acceptExitCodes?: readonly number[];
  /** Called with every line of stderr as it comes. */
  readonly onLine?: (line: string) => void;
  /** Called with every line of stdout as it comes. */
  readonly onOutputLine?: (line: string) => void;
  /** Ends the program: it is asked to, and killed `graceSeconds` later. */
  readonly signal?: AbortSignal | undefined;
  readonly graceSeconds?: number;
}

/** Options for a program whose output is large. */
export interface StreamOptions extends Omit<
  RunOptions,
  'input' | 'onLine' | 'onOutputLine' | 'acceptExitCodes'
> {
  /** Says by its messages whether exit code 2 is but a warning, as it is of gzip. */
  readonly isHarmless?: (stderr: string) => boolean;
}

/** Result of a program. `stdout` is bytes, since some programs print file contents. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

const inheritedVariables = ['HOME', 'TMPDIR', 'USER'];
const shownStderrLines = 15;
const defaultTimeoutSeconds = 120;
const defaultGraceSeconds = 5;

/**
 * The one door to external programs: argument arrays only, always a timeout, stderr kept. A process that the program
 * leaves behind is not waited for.
 *
 * @throws HostError `tool-missing` (with the package that provides it), `tool-timeout` or `tool-failed`
 *   (with the command line, the exit code or signal, and the last lines of stderr).
 */
export async function runTool(
  name: ToolName,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const child = execa(programOf(name), args, {
    ...optionsOf(options),
    // execa takes any number; its types know those of one digit.
    stdin: (options.stdinFile as 3 | undefined) ?? (options.input === undefined ? 'ignore' : 'pipe'),
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  endHeldPipes(child);
  if (options.onLine !== undefined) followLines(child.stderr, options.onLine);
  if (options.onOutputLine !== undefined) followLines(child.stdout, options.onOutputLine);
  const result = await child;
  const stderr = Buffer.from(result.stderr).toString('utf8');
  const accepted = [0, ...(options.acceptExitCodes ?? [])];
  if (result.exitCode !== undefined && accepted.includes(result.exitCode)) {
    return { exitCode: result.exitCode, stdout: result.stdout, stderr };
  }
  throw failureOf(name, args, options, result, stderr);
}

/**
 * As `runTool`, for a program whose output is large: `consume` gets it piece by piece while the program runs. When
 * `consume` fails the program is ended, and its failure is thrown.
 */
export async function streamTool(
  name: ToolName,
  args: readonly string[],
  options: StreamOptions,
  consume: (output: AsyncIterable<Uint8Array>) => Promise<unknown>,
): Promise<Pick<RunResult, 'stderr'>> {
  const child = execa(programOf(name), args, {
    ...optionsOf(options),
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
  });
  endHeldPipes(child);
  // execa lets the output go to waste when nobody reads it at once.
  const consumed = consume(child.stdout.pipe(new PassThrough())).then(
    () => undefined,
    (error: unknown) => {
      child.kill('SIGKILL');
      return { error };
    },
  );
  const [result, failed] = await Promise.all([child, consumed]);
  const stderr = Buffer.from(result.stderr).toString('utf8');
  const isFine = result.exitCode === 0 || (result.exitCode === 2 && options.isHarmless?.(stderr) === true);
  if (result.code === 'ENOENT' || (failed === undefined && !isFine))
    throw failureOf(name, args, options, result, stderr);
  if (failed !== undefined) throw failed.error;
  return { stderr };
}

function optionsOf(options: RunOptions) {
  return {
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    timeout: (options.timeoutSeconds ?? defaultTimeoutSeconds) * 1000,
    forceKillAfterDelay: (options.graceSeconds ?? defaultGraceSeconds) * 1000,
    extendEnv: false,
    env: { ...environmentForTools(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    maxBuffer: 256 * 1024 * 1024,
  } as const;
}

/** execa's description of a failed program. */
interface Failure {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
  readonly timedOut: boolean;
}

function failureOf(
  name: ToolName,
  args: readonly string[],
  options: RunOptions,
  result: Failure,
  stderr: string,
): unknown {
  const tool = tools[name];
  if (options.signal?.aborted === true) return options.signal.reason;
  if (result.code === 'ENOENT') {
    return new HostError('tool-missing', `${tool.program} is not installed: cannot ${options.step}`, {
      hint: installHint(tool),
    });
  }
  const commandLine = [programOf(name), ...args].map(quoteArgument).join(' ');
  const reason = result.timedOut
    ? `did not finish within ${options.timeoutSeconds ?? defaultTimeoutSeconds} s`
    : result.signal !== undefined
      ? `was ended by ${result.signal}`
      : result.exitCode === undefined
        ? `could not be run (${result.code ?? result.shortMessage})`
        : `failed with exit code ${result.exitCode}`;
  return new HostError(
    result.timedOut ? 'tool-timeout' : 'tool-failed',
    `cannot ${options.step}: ${tool.program} ${reason}`,
    { details: [`$ ${commandLine}`, ...lastLines(stderr)] },
  );
}

function environmentForTools(): Record<string, string> {
  const env: Record<string, string> = { LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  for (const name of inheritedVariables) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  env['PATH'] = searchPath();
  return env;
}

function followLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  });
}

function lastLines(stderr: string): string[] {
  const lines = stderr.trimEnd().split('\n');
  return lines[0] === '' && lines.length === 1 ? [] : lines.slice(-shownStderrLines);
}

function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
