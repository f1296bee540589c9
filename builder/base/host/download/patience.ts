/** Time limits and repetitions of a download. */
export interface Patience {
  /** Without a byte for this long, a request has stalled. */
  readonly stallSeconds: number;
  /** Requests in a row that brought nothing, after which a server is given up. */
  readonly attempts: number;
  /** Before the second of them; each further pause is twice as long. */
  readonly pauseSeconds: number;
}

/** Limits that suit a publisher's server behind a home's line. */
export const usualPatience: Patience = { stallSeconds: 60, attempts: 5, pauseSeconds: 2 };
