import type { ClusterStorage } from '../model/cluster.ts';
import { defaults } from '../model/defaults.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import { mountsGlusterfs } from '../model/gluster-support.ts';
import type { ResolvedNode } from './resolve-nodes.ts';
import type { UseDefault } from './use-default.ts';

/** The storage, and the nodes that hold a copy of the data. */
export interface ResolvedStorage {
  readonly storage: ClusterStorage;
  readonly storingIndexes: ReadonlySet<number>;
  readonly arbiterIndex: number | undefined;
}

/** Fills in the storage: managers store first, and never a node whose address may change. */
export function resolveStorage(
  written: ClusterDefinition,
  nodes: readonly ResolvedNode[],
  use: UseDefault,
): ResolvedStorage {
  const storage = written.storage ?? {};
  const waitSeconds = storage.wait_seconds ?? defaults.storageWaitSeconds;
  const type = storage.type ?? use('storage.type', defaultType(nodes));
  if (type === 'nfs') {
    const { server = '', path = '', options = defaults.nfsOptions } = storage;
    return {
      storage: { type: 'nfs', server, path, options, waitSeconds },
      storingIndexes: new Set(),
      arbiterIndex: undefined,
    };
  }
  if (type !== 'glusterfs') {
    return { storage: { type: 'none' }, storingIndexes: new Set(), arbiterIndex: undefined };
  }
  const candidates = storageCandidates(nodes);
  const arbiter = storage.arbiter ?? false;
  const replicas = resolveReplicas(storage.replicas, candidates.length, arbiter, use);
  const storing = candidates.slice(0, replicas + (arbiter ? 1 : 0));
  return {
    storage: { type: 'glusterfs', replicas, arbiter, disk: storage.disk ?? null, waitSeconds },
    storingIndexes: new Set(storing.map((node) => node.index)),
    arbiterIndex: arbiter ? candidates[replicas]?.index : undefined,
  };
}

/**
 * The nodes that may hold data, in the order in which they are taken: those with GlusterFS and a static address, managers
 * first. A manager without GlusterFS is one here; the rules refuse it.
 */
export function storageCandidates<T extends Omit<ResolvedNode, 'index'>>(nodes: readonly T[]): T[] {
  const reachable = nodes.filter((node) => node.address !== null && mountsGlusterfs(node));
  return [
    ...reachable.filter((node) => node.role === 'manager'),
    ...reachable.filter((node) => node.role !== 'manager'),
  ];
}

function resolveReplicas(
  written: number | 'all' | undefined,
  candidateCount: number,
  arbiter: boolean,
  use: UseDefault,
): number {
  if (written === 'all') return candidateCount;
  if (written !== undefined) return written;
  const replicas = Math.min(candidateCount, arbiter ? defaults.replicasWithArbiter : defaults.replicas);
  use('storage.replicas', String(replicas));
  return replicas;
}

function defaultType(nodes: readonly ResolvedNode[]): 'glusterfs' | 'none' {
  return nodes.every((node) => node.profile.default_storage === 'glusterfs') ? 'glusterfs' : 'none';
}
