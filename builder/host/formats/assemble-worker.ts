import { parentPort } from 'node:worker_threads';
import { assemble, type AssembleJob } from './assemble.ts';

/** What a worker is asked, and what it answers. */
export interface AssembleRequest {
  readonly job: AssembleJob;
}

parentPort?.on('message', ({ job }: AssembleRequest) => {
  try {
    parentPort?.postMessage({ result: assemble(job) });
  } catch (error) {
    parentPort?.postMessage({ error });
  }
});
