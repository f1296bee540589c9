import type { BuiltCluster } from './built-cluster.ts';

/** Nodes that let a user in with other keys than those that are built now. */
export interface KeyDifference {
  readonly user: string;
  /** They share their keys. */
  readonly nodes: readonly string[];
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
}

/** Compares the keys of what is built now with those of all nodes that are not. */
export function compareKeys(
  last: BuiltCluster,
  now: BuiltCluster,
  selected: readonly string[],
): KeyDifference[] {
  const [built] = selected;
  const ours = now.keys[built ?? ''] ?? {};
  const others = now.nodes.filter(({ name }) => !selected.includes(name)).map(({ name }) => name);
  return Object.entries(ours).flatMap(([user, keys]) => {
    const groups = new Map<string, { nodes: string[]; theirs: readonly string[] }>();
    for (const node of others) {
      const theirs = last.keys[node]?.[user];
      if (theirs === undefined || fingerprints(theirs) === fingerprints(keys)) continue;
      const group = groups.get(fingerprints(theirs)) ?? { nodes: [], theirs };
      group.nodes.push(node);
      groups.set(fingerprints(theirs), group);
    }
    return [...groups.values()].map((group) => ({ user, ...group, ours: keys }));
  });
}

/** By the key itself: a comment that was changed is no other key. */
function fingerprints(keys: readonly string[]): string {
  return keys
    .map((key) => key.split(' ')[0])
    .toSorted()
    .join(' ');
}
