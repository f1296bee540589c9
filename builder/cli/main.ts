#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCode } from '../report/errors.ts';
import { createProgram } from './program.ts';

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
