import { createHash } from 'node:crypto';

/** Numbers that look random and are the same again for the same seed. */
export interface Random {
  between(low: number, high: number): number;
  /** One or more of these. */
  someOf<T>(all: readonly T[]): T[];
}

/** Starts the numbers of a seed. */
export function createRandom(seed: number): Random {
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  return {
    between: (low, high) => low + next() * (high - low),
    someOf: (all) => {
      const chosen = all.filter(() => next() < 0.5);
      return chosen.length > 0 ? chosen : [...all];
    },
  };
}
