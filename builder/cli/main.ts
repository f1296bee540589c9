#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { exitCode } from '../report/errors.ts';
import { createProgram } from './program.ts';
import { usageErrorOf } from './usage-error.ts';

// The space for young objects stays as small as at the start: measured on a build, 30 MB less at the same processor time.
setFlagsFromString('--semi-space-growth-factor=1');

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.done);
  throw error;
});

/** Known before the command line is parsed: what it says wrong is said as JSON, too. */
const wantsJson = process.argv.slice(2).includes('--json');
const program = createProgram(wantsJson ? () => undefined : undefined);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    const code = error.exitCode === 0 ? exitCode.done : exitCode.usage;
    if (wantsJson && code !== exitCode.done) {
      const { reportFailure } = await import('./report-failure.ts');
      reportFailure(usageErrorOf(error), { json: true, debug: false });
    }
    process.exitCode = code;
  } else if (isOpenFilesLimit(error)) {
    sayOpenFilesLimit();
  } else {
    const { reportFailure } = await import('./report-failure.ts');
    const { json = false, debug = false } = program.opts<{ json?: boolean; debug?: boolean }>();
    process.exitCode = reportFailure(error, { json, debug });
  }
}

/** Node opens the files of a program all at once. Where it may not, no more of the program can be had either. */
function isOpenFilesLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

function sayOpenFilesLimit(): void {
  const message = 'dlimage may not open as many files as it needs';
  const hint = 'raise the limit of this shell: ulimit -n 1024';
  const failure = {
    event: 'failed',
    exitCode: exitCode.host,
    id: 'open-files-limit',
    message,
    details: [],
    hint,
  };
  if (wantsJson) process.stdout.write(`${JSON.stringify(failure)}\n`);
  else process.stderr.write(`error: ${message} [open-files-limit]\n  hint: ${hint}\n`);
  process.exitCode = exitCode.host;
}
