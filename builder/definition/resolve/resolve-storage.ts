import type { ClusterStorage } from '../cluster.ts';
import { defaults } from '../defaults.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import type { ResolvedNode } from './resolve-nodes.ts';
import type { UseDefault } from './use-default.ts';

/** The storage, and the nodes that hold a copy of the data. */
export interface ResolvedStorage {
  readonly storage: ClusterStorage;
  readonly storingIndexes: ReadonlySet<number>;
}

/** Fills in the storage: managers store first, and never a node whose address may change. */
export function resolveStorage(
  written: ClusterDefinition,
  nodes: readonly ResolvedNode[],
  use: UseDefault,
): ResolvedStorage {
  const storage = written.storage ?? {};
  const waitSeconds = defaults.storageWaitSeconds;
  const type = storage.type ?? use('storage.type', defaultType(nodes));
  if (type === 'nfs') {
    const { server = '', path = '', options = defaults.nfsOptions } = storage;
    return { storage: { type: 'nfs', server, path, options, waitSeconds }, storingIndexes: new Set() };
  }
  if (type !== 'glusterfs') return { storage: { type: 'none' }, storingIndexes: new Set() };
  const candidates = storageCandidates(nodes);
  const replicas = resolveReplicas(storage.replicas, candidates.length, use);
  return {
    storage: { type: 'glusterfs', replicas, arbiter: false, disk: storage.disk ?? null, waitSeconds },
    storingIndexes: new Set(candidates.slice(0, replicas).map((node) => node.index)),
  };
}

/** The nodes that may hold data, in the order in which they are taken: those with a static address, managers first. */
export function storageCandidates<T extends { readonly role: string; readonly address: string | null }>(
  nodes: readonly T[],
): T[] {
  const reachable = nodes.filter((node) => node.address !== null);
  return [
    ...reachable.filter((node) => node.role === 'manager'),
    ...reachable.filter((node) => node.role !== 'manager'),
  ];
}

function resolveReplicas(
  written: number | 'all' | undefined,
  candidateCount: number,
  use: UseDefault,
): number {
  if (written === 'all') return candidateCount;
  if (written !== undefined) return written;
  const replicas = Math.min(candidateCount, defaults.replicas);
  use('storage.replicas', String(replicas));
  return replicas;
}

function defaultType(nodes: readonly ResolvedNode[]): 'glusterfs' | 'none' {
  return nodes.every((node) => node.profile.default_storage === 'glusterfs') ? 'glusterfs' : 'none';
}
