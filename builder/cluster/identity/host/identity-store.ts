import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type {
  ClusterIdentities,
  ExistingIdentities,
  NodeCertificates,
  NodeIdentity,
  NodeKeys,
} from '../identities.ts';
import type { RosterMember } from '../roster.ts';
import { acquireLock } from '../../../system/host/process-lock.ts';
import { orDiskFull } from '../../../system/host/disk-full.ts';
import { createFileAtomically, makePrivateDirectory } from '../../../system/host/files.ts';
import { mapConcurrently } from '../../../system/host/map-concurrently.ts';
import type { Progress } from '../../../system/host/progress.ts';
import { shownPath } from '../../../system/host/shown-path.ts';
import { createAuthority } from './create-certificates.ts';
import { createSshKey } from './create-ssh-key.ts';
import { issueNodeCertificates, readNodeCertificates } from './node-certificates.ts';
import { createNodeKeys, replaceRevokedKeys } from './node-keys.ts';
import { listSignedNames } from './read-last-build.ts';
import { recordBuild, type BuildRecord } from './record-build.ts';
import { listRevoked } from './revoked-keys.ts';
import { ensureRoster, readRoster } from './signed-roster.ts';
import {
  authorityFile,
  clusterFile,
  lostNode,
  readCluster,
  readNode,
  readSshAuthority,
} from './store-files.ts';
import { formatStored } from './stored-file.ts';
import type { StoredCluster, StoredNode, StoredSshAuthority } from './stored-identity.ts';

/** The cluster whose identities are wanted: its name, and all of its nodes. */
export interface ClusterMembers {
  readonly name: string;
  readonly nodes: readonly RosterMember[];
}

/**
 * Identities of a cluster as far as they exist. Never writes.
 *
 * @param directory - the store of this cluster, usually `.dlimage/<cluster>`
 * @returns undefined when there is no store yet; nodes without an identity are absent from `nodes`
 * @throws HostError `identity-damaged`, `identity-version` or `identity-permissions`
 */
export async function readIdentities(
  directory: string,
  members: readonly RosterMember[],
): Promise<ExistingIdentities | undefined> {
  const cluster = await readCluster(directory);
  if (cluster === undefined) return undefined;
  const authority = await readSshAuthority(directory, cluster.clusterId);
  const nodes: Record<string, NodeKeys & Partial<NodeCertificates>> = {};
  for (const member of members) {
    const keys = await readNode(directory, member.name, cluster.clusterId);
    if (keys === undefined) continue;
    const certificates =
      authority && (await readNodeCertificates(directory, authority.key.publicKey, member, keys));
    nodes[member.name] = { ...keysOf(keys), ...certificates };
  }
  return {
    ...sharedIdentities(cluster),
    sshAuthority: authority?.key.publicKey,
    roster: await readRoster(directory, cluster.clusterId),
    revoked: await listRevoked(directory, cluster.clusterId, namesOf(members)),
    nodes,
  };
}

/** The build that identities are made for. */
export interface IdentityUse {
  /** Record of the build that the store keeps. */
  readonly record?: BuildRecord;
  /** Names of nodes whose keys are worth nothing from now on. */
  readonly revocations?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Identities of a cluster, where missing ones are made and kept. Keys are never changed unless they are revoked, ids
 * never: two builds at the same time agree on whichever was written first. Certificates follow the nodes' names and
 * addresses, and the roster follows the nodes.
 *
 * @throws HostError as `readIdentities`; `identity-damaged` when a node of the last roster has no keys any more
 */
export async function ensureIdentities(
  directory: string,
  members: ClusterMembers,
  progress: Progress,
  use: IdentityUse = {},
): Promise<ClusterIdentities> {
  await makePrivateDirectory(join(directory, 'nodes'));
  return orDiskFull(directory, 'make the keys of the cluster', () =>
    ensureComplete(directory, members, progress, use),
  );
}

async function ensureComplete(
  directory: string,
  { name, nodes: members }: ClusterMembers,
  progress: Progress,
  { record, revocations = [], signal }: IdentityUse,
): Promise<ClusterIdentities> {
  await createFileAtomically(join(directory, '.gitignore'), '*\n');
  const cluster = (await readCluster(directory)) ?? (await createCluster(directory, name));
  const authority =
    (await readSshAuthority(directory, cluster.clusterId)) ?? (await createSshAuthority(directory, cluster));
  const found = await ensureNodes(directory, cluster, members, progress);
  const lock = await acquireLock(join(directory, '.lock'), {
    onWait: (pid) => progress.note(`waiting for process ${pid}, which is writing to ${directory}`),
    signal,
  });
  try {
    if (record !== undefined) await recordBuild(directory, cluster.clusterId, record);
    const keys = await replaceRevokedKeys(directory, cluster, found, revocations);
    const revoked = await listRevoked(directory, cluster.clusterId, namesOf(members));
    const roster = await ensureRoster(directory, cluster, members, keys, revoked);
    const nodes = await mapConcurrently(members, async (member): Promise<[string, NodeIdentity]> => {
      const own = keys.get(member.name) as StoredNode;
      const certificates =
        (await readNodeCertificates(directory, authority.key.publicKey, member, own)) ??
        (await issueNodeCertificates(directory, authority.key, member, own));
      return [member.name, { ...keysOf(own), ...certificates }];
    });
    return {
      ...sharedIdentities(cluster),
      sshAuthority: authority.key.publicKey,
      roster,
      nodes: Object.fromEntries(nodes),
    };
  } finally {
    await lock.release();
  }
}

async function ensureNodes(
  directory: string,
  cluster: StoredCluster,
  members: readonly RosterMember[],
  progress: Progress,
): Promise<ReadonlyMap<string, StoredNode>> {
  const nodes = new Map<string, StoredNode>();
  const missing: string[] = [];
  for (const { name } of members) {
    const node = await readNode(directory, name, cluster.clusterId);
    if (node === undefined) missing.push(name);
    else nodes.set(name, node);
  }
  if (missing.length > 0) {
    const signed = await listSignedNames(directory, cluster.clusterId);
    const lost = missing.find((name) => signed.includes(name));
    if (lost !== undefined) throw lostNode(directory, lost);
    const task = progress.task(`Make identities in ${shownPath(directory)}`, {
      total: missing.length,
      unit: 'nodes',
    });
    let done = 0;
    await mapConcurrently(missing, async (name) => {
      nodes.set(name, await createNodeKeys(directory, cluster, name));
      task.update(++done);
    });
    task.done(`${missing.length} new`);
  }
  return nodes;
}

async function createCluster(directory: string, clusterName: string): Promise<StoredCluster> {
  const contents: StoredCluster = {
    clusterName,
    clusterId: randomUUID(),
    vrrpRouterId: randomInt(1, 256),
    authority: await createAuthority(directory, clusterName),
    loginKey: await createSshKey(directory, `login ${clusterName}`),
  };
  await createFileAtomically(clusterFile(directory), formatStored(contents));
  return (await readCluster(directory)) ?? contents;
}

async function createSshAuthority(directory: string, cluster: StoredCluster): Promise<StoredSshAuthority> {
  const { clusterId, clusterName } = cluster;
  const key = await createSshKey(directory, `dlimage ${clusterName}`);
  const contents: StoredSshAuthority = { clusterId, key };
  await createFileAtomically(authorityFile(directory), formatStored(contents));
  return (await readSshAuthority(directory, clusterId)) ?? contents;
}

function namesOf(members: readonly RosterMember[]): string[] {
  return members.map(({ name }) => name);
}

function keysOf({ glusterUuid, sshHostKey, sshClientKey, tls }: NodeKeys): NodeKeys {
  return { glusterUuid, sshHostKey, sshClientKey, tls };
}

function sharedIdentities({ clusterId, vrrpRouterId, authority, loginKey }: StoredCluster) {
  return { clusterId, vrrpRouterId, ca: { certificatePem: authority.certificatePem }, loginKey };
}
