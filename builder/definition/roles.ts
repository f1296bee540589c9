/** Boards up to this memory get three managers where larger ones get five. */
const smallBoardMemoryMb = 1024;

/** More managers than this slow the raft log down. Source: Docker's "Administer and maintain a swarm", "at most seven". */
export const maxManagers = 7;

/**
 * How many of so many nodes should be managers. An odd number, since a swarm survives the loss of fewer than half of
 * its managers: two of them survive as little as one, four as little as three.
 *
 * @param smallestMemoryMb memory of the smallest board: every manager holds the raft log and answers for it.
 */
export function defaultManagerCount(nodeCount: number, smallestMemoryMb: number): number {
  if (nodeCount <= 2) return 1;
  if (nodeCount <= 4) return 3;
  if (nodeCount === 5) return smallestMemoryMb <= smallBoardMemoryMb ? 3 : 5;
  return 5;
}
