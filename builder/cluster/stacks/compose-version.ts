import { newestMinor } from './compose-schema.ts';

/**
 * The newest minor version of compose files that a docker command knows, by its own version: 3.8 for 19.03.
 * Source: docker/cli, cli/compose/schema/data of each release.
 */
const newestByDocker: readonly { readonly since: number; readonly minor: number }[] = [
  { since: 27, minor: 13 },
  { since: 25, minor: 12 },
  { since: 24, minor: 11 },
  { since: 23, minor: 10 },
  { since: 20.1, minor: 9 },
  { since: 0, minor: 8 },
];

/** Since 23 a file without `version:` has the newest, and `3` stands for it since 25; older ones refuse the first and read 3.0 in the second. */
const newestIsDefaultSince = 25;

/** A docker command's reading of the `version:` of a compose file. */
export interface ComposeVersion {
  /** The minor version to judge the file by. */
  readonly minor: number;
  /** Version in the nodes' copy, `3.9`; null when it is the user's own. */
  readonly written: string | null;
}

/** The newest minor version that every one of these docker commands knows. `undefined` is one of an unknown, recent version. */
export function newestCommonMinor(dockers: readonly (string | undefined)[]): number {
  return Math.min(newestMinor, ...dockers.map(newestOf));
}

/**
 * The version that a compose file is judged by. One that has none, or just `3`, gets the newest that all nodes know, which
 * is written into the nodes' copy where a node's docker is too old to think so by itself.
 *
 * @returns undefined for a version that none of them knows
 */
export function composeVersionOf(
  version: unknown,
  dockers: readonly (string | undefined)[],
): ComposeVersion | undefined {
  const newest = newestCommonMinor(dockers);
  if (version === undefined || version === '' || version === '3') {
    const isUnderstood = dockers.every((docker) => numberOf(docker) >= newestIsDefaultSince);
    // Of two that differ in what is newest, each would judge by another schema.
    const isSame = new Set(dockers.map(newestOf)).size <= 1;
    return { minor: newest, written: isUnderstood && isSame ? null : `3.${newest}` };
  }
  const minor = /^3\.(0|[1-9]\d?)$/.exec(typeof version === 'string' ? version : '')?.[1];
  if (minor === undefined || Number(minor) > newest) return undefined;
  return { minor: Number(minor), written: null };
}

function newestOf(docker: string | undefined): number {
  const number = numberOf(docker);
  return newestByDocker.find(({ since }) => number >= since)?.minor ?? newestMinor;
}

/** `26.1.5` as 26.1: enough to tell releases apart. One that is not known is taken for a recent one. */
function numberOf(docker: string | undefined): number {
  return docker === undefined ? newestIsDefaultSince : Number(docker.split('.').slice(0, 2).join('.'));
}
