import { randomInt, randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterIdentities, NodeIdentity } from '../../identity/identities.ts';
import { HostError } from '../../report/errors.ts';
import { createFileAtomically, isErrno, makePrivateDirectory, readTextIfExists } from '../files.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import type { Progress } from '../progress.ts';
import { createAuthority, createNodeCertificate } from './create-certificates.ts';
import { createSshKey } from './create-ssh-key.ts';
import {
  formatStored,
  parseStoredCluster,
  parseStoredNode,
  type StoredCluster,
  type StoredNode,
} from './stored-identity.ts';

/**
 * Identities of a cluster as far as they exist. Never writes.
 *
 * @param directory - the store of this cluster, usually `.dlimage/<cluster>`
 * @returns undefined when there is no store yet; nodes without an identity are absent from `nodes`
 * @throws HostError `identity-damaged`, `identity-version` or `identity-permissions`
 */
export async function readIdentities(
  directory: string,
  nodeNames: readonly string[],
): Promise<ClusterIdentities | undefined> {
  const cluster = await readCluster(directory);
  if (cluster === undefined) return undefined;
  const nodes: Record<string, NodeIdentity> = {};
  for (const name of nodeNames) {
    const node = await readNode(directory, name, cluster.clusterId);
    if (node !== undefined) nodes[name] = node;
  }
  return toIdentities(cluster, nodes);
}

/**
 * Identities of a cluster, where missing ones are made and kept. An existing one is never changed:
 * two builds at the same time agree on whichever was written first.
 */
export async function ensureIdentities(
  directory: string,
  clusterName: string,
  nodeNames: readonly string[],
  progress: Progress,
): Promise<ClusterIdentities> {
  await makePrivateDirectory(join(directory, 'nodes'));
  await createFileAtomically(join(directory, '.gitignore'), '*\n');
  const cluster = (await readCluster(directory)) ?? (await createCluster(directory, clusterName));
  const nodes: Record<string, NodeIdentity> = {};
  const missing: string[] = [];
  for (const name of nodeNames) {
    const node = await readNode(directory, name, cluster.clusterId);
    if (node === undefined) missing.push(name);
    else nodes[name] = node;
  }
  if (missing.length > 0) {
    const task = progress.task(`Make identities in ${directory}`, { total: missing.length, unit: 'nodes' });
    let done = 0;
    await mapConcurrently(missing, async (name) => {
      nodes[name] = await createNode(directory, cluster, name);
      task.update(++done);
    });
    task.done(`${missing.length} new`);
  }
  return toIdentities(cluster, nodes);
}

/** Names of nodes that have an identity here but are not among `nodeNames`: of a larger cluster, most likely. */
export async function otherNodes(directory: string, nodeNames: readonly string[]): Promise<string[]> {
  const known = (await listNodeFiles(directory)).map((name) => name.replace(/\.json$/, ''));
  return known.filter((name) => !nodeNames.includes(name)).toSorted();
}

async function createCluster(directory: string, clusterName: string): Promise<StoredCluster> {
  const contents: StoredCluster = {
    clusterName,
    clusterId: randomUUID(),
    vrrpRouterId: randomInt(1, 256),
    authority: await createAuthority(directory, clusterName),
    loginKey: await createSshKey(directory, `login ${clusterName}`),
  };
  await createFileAtomically(join(directory, 'cluster.json'), formatStored(contents));
  return (await readCluster(directory)) ?? contents;
}

async function createNode(directory: string, cluster: StoredCluster, nodeName: string): Promise<StoredNode> {
  const contents: StoredNode = {
    nodeName,
    clusterId: cluster.clusterId,
    glusterUuid: randomUUID(),
    sshHostKey: await createSshKey(directory, `host ${nodeName}`),
    sshClientKey: await createSshKey(directory, `node ${nodeName}`),
    tls: await createNodeCertificate(directory, cluster.authority, nodeName),
  };
  await createFileAtomically(nodeFile(directory, nodeName), formatStored(contents));
  return (await readNode(directory, nodeName, cluster.clusterId)) ?? contents;
}

async function readCluster(directory: string): Promise<StoredCluster | undefined> {
  await requireOwnersOnly(directory);
  const file = join(directory, 'cluster.json');
  const text = await readTextIfExists(file);
  if (text !== undefined) return parseStoredCluster(text, file);
  if ((await listNodeFiles(directory)).length === 0) return undefined;
  throw new HostError(
    'identity-damaged',
    `${file} is missing, but ${join(directory, 'nodes')} holds identities`,
    {
      hint: 'restore it from a backup; to begin a new cluster, move the whole directory away',
    },
  );
}

async function readNode(
  directory: string,
  nodeName: string,
  clusterId: string,
): Promise<StoredNode | undefined> {
  const file = nodeFile(directory, nodeName);
  const text = await readTextIfExists(file);
  return text === undefined ? undefined : parseStoredNode(text, file, nodeName, clusterId);
}

async function requireOwnersOnly(directory: string): Promise<void> {
  let mode: number;
  try {
    mode = (await stat(directory)).mode & 0o777;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  if ((mode & 0o077) === 0) return;
  throw new HostError(
    'identity-permissions',
    `${directory} holds private keys, but others may enter it (mode ${mode.toString(8)})`,
    {
      hint: `chmod 700 ${directory}`,
    },
  );
}

async function listNodeFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(join(directory, 'nodes'))).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function nodeFile(directory: string, nodeName: string): string {
  return join(directory, 'nodes', `${nodeName}.json`);
}

function toIdentities(
  cluster: StoredCluster,
  nodes: Readonly<Record<string, NodeIdentity>>,
): ClusterIdentities {
  return {
    clusterId: cluster.clusterId,
    vrrpRouterId: cluster.vrrpRouterId,
    ca: { certificatePem: cluster.authority.certificatePem },
    loginKey: cluster.loginKey,
    nodes,
  };
}
