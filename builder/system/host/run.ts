import type { Progress } from './progress.ts';

/** Context of a command's work: its cache, network access, progress and cancellation. */
export interface Run {
  /** Directory of the cache: bases lie in its `bases/`. */
  readonly cacheDirectory: string;
  /** True asks no server: what is not in the cache is an error. */
  readonly isOffline?: boolean | undefined;
  /** URI of a Debian mirror; without it the mirror is that of this machine's own apt configuration. */
  readonly mirror?: string | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}
