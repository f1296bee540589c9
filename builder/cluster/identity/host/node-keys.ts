import { randomUUID } from 'node:crypto';
import { isRevoked, nextTlsName } from '../revoked-keys.ts';
import { createFileAtomically, writeFileAtomically } from '../../../system/host/files.ts';
import { createNodeCertificate } from './create-certificates.ts';
import { createSshKey } from './create-ssh-key.ts';
import { readRevoked, revokeKeys } from './revoked-keys.ts';
import { nodeFile, readNode } from './store-files.ts';
import { formatStored } from './stored-file.ts';
import type { StoredCluster, StoredNode } from './stored-identity.ts';

/** Makes the keys of a new node. Of two builds at the same time both get those that were written first. */
export async function createNodeKeys(
  directory: string,
  cluster: StoredCluster,
  nodeName: string,
): Promise<StoredNode> {
  const contents = await makeKeys(directory, cluster, nodeName);
  await createFileAtomically(nodeFile(directory, nodeName), formatStored(contents));
  return (await readNode(directory, nodeName, cluster.clusterId)) ?? contents;
}

/**
 * Revokes the keys of these nodes, and makes new ones for nodes of the cluster whose keys are revoked, also those whose
 * build was cut off in between. They keep their place in the storage. Whoever calls it holds the store's lock.
 *
 * @param keys - of all nodes of the cluster, by their names
 * @param revocations - names of nodes, of the cluster or formerly of it
 */
export async function replaceRevokedKeys(
  directory: string,
  cluster: StoredCluster,
  keys: ReadonlyMap<string, StoredNode>,
  revocations: readonly string[],
): Promise<ReadonlyMap<string, StoredNode>> {
  const { clusterId } = cluster;
  if (revocations.length > 0) await revokeKeys(directory, clusterId, revocations);
  const revoked = await readRevoked(directory, clusterId);
  const replaced = new Map(keys);
  for (const [name, known] of keys) {
    if (!isRevoked(known, revoked)) continue;
    // Another build may have been here meanwhile.
    const present = (await readNode(directory, name, clusterId)) ?? known;
    if (!isRevoked(present, revoked)) {
      replaced.set(name, present);
      continue;
    }
    const former = { glusterUuid: present.glusterUuid, commonName: nextTlsName(name, revoked) };
    const contents = await makeKeys(directory, cluster, name, former);
    await writeFileAtomically(nodeFile(directory, name), formatStored(contents));
    replaced.set(name, contents);
  }
  return replaced;
}

async function makeKeys(
  directory: string,
  { authority, clusterId }: StoredCluster,
  nodeName: string,
  former?: { readonly glusterUuid: string; readonly commonName: string },
): Promise<StoredNode> {
  const tls = await createNodeCertificate(directory, authority, former?.commonName ?? nodeName);
  return {
    nodeName,
    clusterId,
    glusterUuid: former?.glusterUuid ?? randomUUID(),
    sshHostKey: await createSshKey(directory, `host ${nodeName}`),
    sshClientKey: await createSshKey(directory, `node ${nodeName}`),
    tls: { ...tls, ...(former !== undefined && { commonName: former.commonName }) },
  };
}
