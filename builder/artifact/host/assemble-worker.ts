import { parentPort } from 'node:worker_threads';
import { assemble, type AssembleJob, type AssembleResult } from './assemble.ts';

/** Request to a worker. */
export interface AssembleRequest {
  readonly job: AssembleJob;
  /** True sends how far it is while it works. */
  readonly isFollowed: boolean;
}

/** A worker's answer. The code of a system error is sent beside it: copying an error to another thread loses it. */
export type AssembleAnswer =
  | { readonly doneBytes: number }
  | { readonly result: AssembleResult }
  | { readonly error: unknown; readonly code: string | undefined };

parentPort?.on('message', (request: AssembleRequest) => send(answer(request)));

function send(message: AssembleAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(message);
}

function answer({ job, isFollowed }: AssembleRequest): AssembleAnswer {
  try {
    return { result: assemble(job, isFollowed ? (doneBytes) => send({ doneBytes }) : undefined) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { error, code };
  }
}
