import { parentPort } from 'node:worker_threads';
import { assemble, type AssembleJob, type AssembleResult } from './assemble.ts';

/** What a worker is asked. */
export interface AssembleRequest {
  readonly job: AssembleJob;
}

/** What it answers. The code of a system error is sent beside it: copying an error to another thread loses it. */
export type AssembleAnswer =
  { readonly result: AssembleResult } | { readonly error: unknown; readonly code: string | undefined };

parentPort?.on('message', ({ job }: AssembleRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(answer(job));
});

function answer(job: AssembleJob): AssembleAnswer {
  try {
    return { result: assemble(job) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { error, code };
  }
}
