/** Lets only so many pieces of work run at once; the others wait for their turn. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a limiter for `concurrency` pieces of work. */
export function createLimiter(concurrency: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes straight to the next one.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
