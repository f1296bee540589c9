import { Worker } from 'node:worker_threads';
import { totalLength } from '../../image/piece.ts';
import { assemble, type AssembleJob, type AssembleResult, type OnBytes } from './assemble.ts';
import type { AssembleAnswer, AssembleRequest } from './assemble-worker.ts';

/** Writes and hashes files on several threads. */
export interface Assembler {
  run(job: AssembleJob, onBytes?: OnBytes): Promise<AssembleResult>;
  /** True when two jobs would run at once now. */
  canRunTwo(): boolean;
  /** Ends the threads; jobs that are not done fail. */
  close(): Promise<void>;
}

/** Smaller jobs are done at once: handing them to a thread costs more. */
const inlineBytes = 4 * 1024 * 1024;
/** Source files run without being compiled in the tests; there is no worker to start then. */
const isCompiled = import.meta.url.endsWith('.js');

interface Waiting {
  readonly job: AssembleJob;
  readonly onBytes: OnBytes | undefined;
  readonly resolve: (result: AssembleResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes an assembler; its threads start when there is work for them, and never keep the process alive. */
export function createAssembler(threads: number): Assembler {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const running = new Map<Worker, Waiting>();
  const waiting: Waiting[] = [];

  const release = (worker: Worker) => {
    running.delete(worker);
    worker.unref();
    idle.push(worker);
    dispatch();
  };
  const start = (): Worker => {
    const worker = new Worker(new URL('./assemble-worker.js', import.meta.url));
    all.add(worker);
    worker.on('message', (answer: AssembleAnswer) => {
      const task = running.get(worker);
      if ('doneBytes' in answer) {
        task?.onBytes?.(answer.doneBytes);
        return;
      }
      release(worker);
      if ('result' in answer) task?.resolve(answer.result);
      else task?.reject(Object.assign(Object(answer.error), { code: answer.code }));
    });
    const fail = (error: unknown) => {
      all.delete(worker);
      running.get(worker)?.reject(error);
      running.delete(worker);
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('a thread that writes images ended')));
    return worker;
  };
  const dispatch = () => {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (all.size < threads ? start() : undefined);
      if (worker === undefined) return;
      const task = waiting.shift()!;
      running.set(worker, task);
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
      worker.postMessage({ job: task.job, isFollowed: task.onBytes !== undefined } satisfies AssembleRequest);
    }
  };
  return {
    async run(job, onBytes) {
      if (!isCompiled || totalLength(job.pieces) < inlineBytes) return assemble(job, onBytes);
      return new Promise((resolve, reject) => {
        waiting.push({ job, onBytes, resolve, reject });
        dispatch();
      });
    },
    canRunTwo: () => isCompiled && waiting.length === 0 && running.size + 2 <= threads,
    async close() {
      for (const task of waiting.splice(0)) task.reject(new Error('writing was given up'));
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}
