import { reportFailure } from '../../../builder/cli/report-failure.ts';
import { ownCommand } from '../../../builder/system/host/own-command.ts';
import { vi } from 'vitest';
import type { MessageCase } from './message-case.ts';

/**
 * Runs a case in a directory and returns what dlimage would print of its failure, with `/scratch` for the directory and
 * `dlimage` for how it was started.
 */
export async function showFailure(theCase: MessageCase, directory: string): Promise<string> {
  const failure = await failureOf(theCase, directory);
  const written: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    reportFailure(failure, { json: false, debug: false });
  } finally {
    spy.mockRestore();
  }
  const text = written.join('').replaceAll(ownCommand(), 'dlimage').replaceAll(directory, '/scratch');
  return (theCase.varies ?? []).reduce((shown, [part, stand]) => shown.replaceAll(part, stand), text);
}

async function failureOf({ provoke }: MessageCase, directory: string): Promise<unknown> {
  let outcome: unknown;
  try {
    outcome = await provoke(directory);
  } catch (failure) {
    return failure;
  }
  throw new Error(`the case ended without a failure: ${JSON.stringify(outcome)}`);
}
