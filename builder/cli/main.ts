#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { exitCode } from '../report/errors.ts';
import { createProgram } from './program.ts';

// The space for young objects stays as small as at the start: measured on a build, 30 MB less at the same processor time.
setFlagsFromString('--semi-space-growth-factor=1');

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.done);
  throw error;
});

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
  } else {
    const { reportFailure } = await import('./report-failure.ts');
    const { json = false, debug = false } = program.opts<{ json?: boolean; debug?: boolean }>();
    process.exitCode = reportFailure(error, { json, debug });
  }
}
