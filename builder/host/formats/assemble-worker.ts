import { parentPort } from 'node:worker_threads';
import { assemble, type AssembleJob } from './assemble.ts';

/** What a worker is asked, and what it answers. */
export interface AssembleRequest {
  readonly job: AssembleJob;
}

parentPort?.on('message', ({ job }: AssembleRequest) => {
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    parentPort?.postMessage({ result: assemble(job) });
  } catch (error) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    parentPort?.postMessage({ error });
  }
});
