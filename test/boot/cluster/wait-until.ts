import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait for what, and what to say when it does not come. */
export interface Wait {
  /** What is waited for, in words: "all nodes to be assembled". */
  readonly what: string;
  readonly seconds: number;
  /** What is still missing, in words; undefined when nothing is. */
  readonly missing: () => Promise<string | undefined>;
  /** Looked at once, for the message of the failure. */
  readonly explain: () => Promise<string>;
  readonly pauseMilliseconds?: number;
}

/**
 * Waits for a state and returns the seconds that it took.
 *
 * @throws with what was missing last, and the explanation, when the time is over
 */
export async function waitUntil(wait: Wait): Promise<number> {
  const start = performance.now();
  for (;;) {
    const missing = await wait.missing();
    const seconds = (performance.now() - start) / 1000;
    if (missing === undefined) return seconds;
    if (seconds > wait.seconds) {
      throw new Error(
        `waited ${wait.seconds} s for ${wait.what}; missing: ${missing}\n${await wait.explain()}`,
      );
    }
    await sleep(wait.pauseMilliseconds ?? 1000);
  }
}
