import type { BuiltCluster, LastBuild } from './built-cluster.ts';

/** A cluster that has what another one is to have. */
export interface Twin {
  readonly name: string;
  readonly store: string;
  /** To be read as `it has … as NAME`. */
  readonly reason: string;
}

/** Clusters in the same place that a new one would clash with, or that it is under another name. */
export function findTwins(now: BuiltCluster, others: readonly LastBuild[]): Twin[] {
  const addresses = new Set(now.nodes.flatMap(({ address }) => address ?? []));
  return others.flatMap(({ cluster, store }) => {
    if (cluster === undefined || cluster.name === now.name) return [];
    const shared = cluster.nodes.flatMap(({ address }) =>
      address !== null && addresses.has(address) ? [address] : [],
    );
    if (shared.length === 0) return [];
    return [{ name: cluster.name, store, reason: `has the same addresses (${shared[0]}, …)` }];
  });
}
