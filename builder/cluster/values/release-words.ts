import { compareVersions } from '../../system/debian-packages/version.ts';
import type { Cluster } from '../model/cluster.ts';

/** The releases of a package that have a word: all that are known, or only the older or the newer of the two. */
export type ReleaseRange = 'all' | 'old' | 'new';

/** Words with the releases that have them. */
export type ReleaseWords = ReadonlyMap<string, ReleaseRange>;

/** A package that two releases are known of. */
export interface Releases {
  /** The key of a base's `software` that holds its version. */
  readonly software: 'xkb_data' | 'glibc';
  /** The last version that is known to have what was dropped since. */
  readonly lastOld: string;
  /** The first version that is known to have what came since. */
  readonly firstNew: string;
}

const marks: Readonly<Record<string, ReleaseRange>> = { '-': 'old', '+': 'new' };

/** Reads words with blanks between, where `-` and `+` behind a word say that only one of the releases has it. */
export function readReleaseWords(words: string): ReleaseWords {
  return new Map(
    words
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word.replace(/[+-]$/, ''), marks[word.at(-1) ?? ''] ?? 'all']),
  );
}

/**
 * The name of the first base that lacks a word of this range. A base between the two releases, like Ubuntu 24.04, may have
 * it or not: nothing is said of that one.
 */
export function baseWithout(
  range: ReleaseRange,
  { lastOld, firstNew, software }: Releases,
  { nodes }: Cluster,
): string | undefined {
  if (range === 'all') return undefined;
  for (const { base } of nodes) {
    if (base.from !== 'definition') continue;
    const version = base.definition.software[software];
    if (version === undefined) continue;
    const isLacking =
      range === 'old' ? compareVersions(version, firstNew) >= 0 : compareVersions(version, lastOld) <= 0;
    if (isLacking) return base.name;
  }
  return undefined;
}
