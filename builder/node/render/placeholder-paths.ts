import type { RenderedEntry, RenderedNode } from './rendered-node.ts';

/**
 * Entries of a node that depend on identities which no build has made yet, as paths with their partition.
 *
 * @param other - the same node with other placeholders
 */
export function placeholderPaths({ entries }: RenderedNode, other: RenderedNode): string[] {
  const others = new Map(other.entries.map((one) => [keyOf(one), one.sha256]));
  return entries.filter((one) => others.get(keyOf(one)) !== one.sha256 || !others.has(keyOf(one))).map(keyOf);
}

function keyOf({ entry: { partition, path } }: RenderedEntry): string {
  return partition === 'boot' ? `boot:${path}` : path;
}
