import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from '../../../report/errors.ts';
import type { Patience } from './patience.ts';

/** Failures that may be gone a moment later. */
const passing = ['download-unreachable', 'download-stalled', 'download-cut', 'download-server-busy'];

/**
 * Tries again what fails for a reason that may pass, with growing pauses, until `patience.attempts` in a row brought
 * nothing. `attempt` says through `onProgress` that it brought something.
 */
export async function repeatedly<T>(
  patience: Patience,
  signal: AbortSignal | undefined,
  attempt: (onProgress: () => void) => Promise<T>,
): Promise<T> {
  let fruitless = 0;
  for (;;) {
    try {
      return await attempt(() => (fruitless = 0));
    } catch (error) {
      fruitless += 1;
      const mayPass = error instanceof HostError && passing.includes(error.id);
      if (!mayPass || fruitless >= patience.attempts) throw error;
    }
    const seconds = patience.pauseSeconds * 2 ** (fruitless - 1);
    await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal }).catch(() =>
      signal?.throwIfAborted(),
    );
  }
}
