import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer that takes longer is none. */
const answerMilliseconds = 4000;

/** What came back from one request: the body, or undefined when nothing came in time, or an error. */
export async function fetchText(
  port: number,
  path: string,
  statuses: readonly number[] = [200],
): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const request = get(
      // A connection of its own each time: one that is kept open would stick to the node that it began with.
      { host: '127.0.0.1', port, path, agent: false, timeout: answerMilliseconds },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve(statuses.includes(response.statusCode ?? 0) ? text : undefined);
        });
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/** Asks the same again and again from outside, and keeps when it was answered. */
export interface Probe {
  /** Seconds from `since` (of `performance.now()`) to the first request that began later and was answered. */
  firstAnswerAfter(since: number, timeoutSeconds: number): Promise<number>;
  stop(): Promise<void>;
}

const pauseMilliseconds = 200;

/**
 * Starts a request every 200 ms, whether or not the ones before were answered: one that waits for a dead machine must
 * not hide that the next one would have been answered.
 */
export function startProbe(
  what: string,
  port: number,
  path: string,
  wanted: (body: string) => boolean,
  statuses?: readonly number[],
): Probe {
  const answered: { readonly began: number; readonly ended: number }[] = [];
  const stopped = new AbortController();
  const ask = async (): Promise<void> => {
    const began = performance.now();
    const body = await fetchText(port, path, statuses);
    if (body !== undefined && wanted(body)) answered.push({ began, ended: performance.now() });
  };
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      void ask();
      await sleep(pauseMilliseconds);
    }
  })();
  return {
    firstAnswerAfter: async (since, timeoutSeconds) => {
      for (;;) {
        const first = answered.find(({ began }) => began > since);
        if (first !== undefined) return (first.ended - since) / 1000;
        if (performance.now() - since > timeoutSeconds * 1000) {
          throw new Error(`${what} did not answer within ${timeoutSeconds} s`);
        }
        await sleep(pauseMilliseconds);
      }
    },
    stop: async () => {
      stopped.abort();
      await loop;
    },
  };
}
