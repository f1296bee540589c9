import type { RenderedEntry, RenderedNode } from './rendered-node.ts';

/** The entries that every node has: the very same objects on all of them. Nodes are looked at one at a time. */
export function commonEntries(nodes: Iterable<RenderedNode>): ReadonlySet<RenderedEntry> {
  let common: ReadonlySet<RenderedEntry> | null = null;
  for (const { entries } of nodes) {
    const kept: readonly RenderedEntry[] = entries.filter(
      (entry) => entry.shared && (common === null || common.has(entry)),
    );
    common = new Set(kept);
  }
  return common ?? new Set();
}
