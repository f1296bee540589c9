import { coverLogins } from '../../report/cover-logins.ts';
import { createHash } from 'node:crypto';
import type { Cluster, ClusterBase, ClusterNode } from '../model/cluster.ts';
import { flattenSettings, type Setting } from './flatten-settings.ts';

/** Roster entry of a node, as the other nodes know it. */
export type BuiltNode = Pick<ClusterNode, 'name' | 'index' | 'role' | 'address' | 'storesData' | 'arbiter'>;

/** Fingerprints with their comments, by the user's name; an empty list is the cluster's login key. */
export type NodeKeysBuilt = Readonly<Record<string, readonly string[]>>;

/** A cluster as a build resolved it: what later builds are compared with. Plain data without secrets. */
export interface BuiltCluster {
  readonly name: string;
  readonly nodes: readonly BuiltNode[];
  /** Keys that each node lets in, by the node's name: not every build makes all nodes. */
  readonly keys: Readonly<Record<string, NodeKeysBuilt>>;
  /** Every other setting by its path (`network.subnet`); secrets as digests. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** The identity store's record of the last build. A store of an older dlimage knows the roster's nodes only. */
export interface LastBuild {
  /** The store, as the user would type it. */
  readonly store: string;
  /** Undefined for a store of an older dlimage. */
  readonly cluster: BuiltCluster | undefined;
  /** Empty when no roster was signed yet. */
  readonly nodes: readonly BuiltNode[];
  /** Names of all nodes that ever had an identity here. */
  readonly knownNodes: readonly string[];
  /** Words typed after `dlimage` that say what the cluster is, without the names of programs and outputs. */
  readonly said: readonly string[];
}

/** Describes a cluster for later builds. */
export function describeBuilt(cluster: Cluster): BuiltCluster {
  const { name, nodes, users, images, stacks, ...others } = cluster;
  const keys = Object.fromEntries(users.map((user) => [user.name, user.authorizedKeys.map(describeKey)]));
  const ofNodes = nodes.map((node) => [node.name, settingsOf(node)] as const);
  const ofUsers = users.map(({ name: user, authorizedKeys: _keys, ...rest }) => [user, rest] as const);
  return {
    name,
    nodes: nodes.map((node) => ({
      name: node.name,
      index: node.index,
      role: node.role,
      address: node.address,
      storesData: node.storesData,
      arbiter: node.arbiter,
    })),
    keys: Object.fromEntries(nodes.map((node) => [node.name, keys])),
    settings: flattenSettings({
      ...others,
      images: images.flatMap((archive) => archive.images.flatMap(({ references }) => references)),
      stacks: stacks.map((stack) => stack.name),
      users: Object.fromEntries(ofUsers),
      nodes: Object.fromEntries(ofNodes),
    }),
  };
}

/** The store's record after a build: nodes that were not selected have the keys that they had. */
export function rememberBuilt(
  now: BuiltCluster,
  selected: readonly string[],
  last: BuiltCluster | undefined,
): BuiltCluster {
  const keys = now.nodes.map(({ name }) => [
    name,
    (selected.includes(name) ? undefined : last?.keys[name]) ?? now.keys[name] ?? {},
  ]);
  return { ...now, keys: Object.fromEntries(keys) };
}

/** `SHA256:…` as `ssh-keygen -l` prints it, with the comment of the key. */
export function describeKey(line: string): string {
  const [, encoded = '', comment = ''] =
    /(?:^|\s)(?:ssh|ecdsa|sk)-[\w@.-]+\s+(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
  const digest = createHash('sha256').update(Buffer.from(encoded, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')} ${comment}`.trim();
}

/** All of a node that no other field says; of board and base their names. */
function settingsOf(node: ClusterNode): object {
  const { index: _, name: _name, role: _role, address: _address, storesData: _stores, ...others } = node;
  const { arbiter: _arbiter, profile: _profile, profileName, base, ...rest } = others;
  return { ...rest, profile: profileName, base: baseName(base) };
}

function baseName(base: ClusterBase): string {
  if (base.from === 'file') return base.path;
  if (base.from === 'url') return coverLogins(base.url);
  return base.image === null ? base.name : `${base.name} (${baseName(base.image)})`;
}
