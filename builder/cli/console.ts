import type { Progress } from '../host/progress.ts';
import { silentProgress } from '../host/progress.ts';
import { jsonProgress } from './progress/json-progress.ts';
import { plainProgress } from './progress/plain-progress.ts';
import { terminalProgress } from './progress/terminal-progress.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Whether a stream gets ANSI colours: a terminal, and no NO_COLOR (https://no-color.org). */
export function usesColour(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

/** Progress for this run: events on stdout with `--json`, nothing with `--quiet`, bars on a terminal, else lines. */
export function progressFor(options: GlobalOptions): Progress {
  if (options.json === true) return jsonProgress(printLine);
  if (options.quiet === true) return silentProgress;
  if (process.stderr.isTTY && process.env['TERM'] !== 'dumb') return terminalProgress(process.stderr);
  return plainProgress((line) => process.stderr.write(`${line}\n`));
}

/** Data goes to stdout, one line a call; a closed pipe (`dlimage plan | head`) ends the program quietly. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A table for people: columns as wide as their widest cell, two spaces between. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
