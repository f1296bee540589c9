import type { Progress } from '../../system/host/progress.ts';
import { exitCode } from '../../report/errors.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { jsonProgress } from '../progress/json-progress.ts';
import { plainProgress } from '../progress/plain-progress.ts';
import { quietProgress } from '../progress/quiet-progress.ts';
import { terminalProgress } from '../progress/terminal-progress.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** True when a stream gets ANSI colours: a terminal, and no NO_COLOR (https://no-color.org). */
export function usesColour(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

/** Width at which text for people is broken between words; nothing where it goes to a file or a pipe. */
export function columnsOf(stream: { isTTY?: boolean; columns?: number }): number | undefined {
  return stream.isTTY === true ? Math.max(40, stream.columns || 80) : undefined;
}

/**
 * Progress for this run: events on stdout with `--json`, warnings alone with `--quiet`, bars on a terminal, else lines.
 *
 * @param heard - gets the warnings, for the result object
 */
export function progressFor(options: GlobalOptions, heard: Diagnostic[] = []): Progress {
  const progress = chooseProgress(options);
  return {
    ...progress,
    warn(warning) {
      heard.push(warning);
      progress.warn(warning);
    },
  };
}

function chooseProgress(options: GlobalOptions): Progress {
  const writeLine = (line: string): unknown => process.stderr.write(`${line}\n`);
  if (options.json === true) return jsonProgress(printLine);
  if (options.quiet === true) return quietProgress(writeLine);
  if (process.stderr.isTTY && process.env['TERM'] !== 'dumb') return terminalProgress(process.stderr);
  return plainProgress(writeLine);
}

/** Data goes to stdout, one line a call; a closed pipe (`dlimage plan | head`) ends the program quietly. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * The last object of a command that did its work, with `--json`: `{"event": "done", "exitCode": 0, ...}`.
 *
 * @param code - what the program will end with: 3 when what was looked at is not as it should be
 */
export function printResult(result: object, code: number = exitCode.done): void {
  printLine(JSON.stringify({ event: 'done', exitCode: code, ...result }));
}
