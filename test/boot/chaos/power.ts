import { blackOut, replaceCard } from '../cluster/events.ts';
import { loseMajority } from '../cluster/lose-majority.ts';
import { recoverySeconds } from '../cluster/wait-for-assembly.ts';
import type { Harm } from './harm.ts';

/** Harm that other lives of clusters know too. */
export const harmsOfPower: readonly Harm[] = [
  {
    name: 'the power fails for all',
    strike: async ({ cluster }) => void (await blackOut(cluster.nodes)),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'a card dies',
    strike: async ({ cluster, struck }) => void (await replaceCard(struck, cluster.nodes)),
    wholeWithin: recoverySeconds,
  },
  {
    name: 'the majority is away',
    strike: async ({ cluster }) => void (await loseMajority(cluster)),
    wholeWithin: recoverySeconds,
  },
];
