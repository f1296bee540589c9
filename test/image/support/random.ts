/** Seed of a bounded random run: the environment's, or today's. It is printed, so that a failure can be repeated. */
export function chooseSeed(): number {
  const given = process.env['DLIMAGE_SEED'];
  const seed = given === undefined ? Math.floor(Date.now() / 86_400_000) : Number(given);
  console.info(`DLIMAGE_SEED=${seed}`);
  return seed;
}

/** Whole numbers from 0 up to `limit`, not including it. Source: mulberry32, a generator of 32 bits. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
