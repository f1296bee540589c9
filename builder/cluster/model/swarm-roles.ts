/** More managers than this slow the raft log down. Source: Docker's "Administer and maintain a swarm", "at most seven". */
export const maxManagers = 7;

/**
 * How many of so many nodes should be managers. An odd number, since a swarm survives the loss of fewer than half of
 * its managers: two of them survive as little as one, four as little as three. Never more than three by itself, so that
 * a cluster that grows keeps the roles it has, and the roster that its nodes decide by stays the same.
 */
export function defaultManagerCount(nodeCount: number): number {
  return nodeCount <= 2 ? 1 : 3;
}
