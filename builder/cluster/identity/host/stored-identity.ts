import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { NodeKeys, SshIdentity } from '../identities.ts';
import type { Certificate } from './create-certificates.ts';
import { parseStored, type Damaged } from './stored-file.ts';

/** Contents of `cluster.json`: what all nodes of one cluster share, with the authority's private key. */
export interface StoredCluster {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly vrrpRouterId: number;
  readonly authority: Certificate;
  readonly loginKey: SshIdentity;
}

/** Contents of `nodes/<name>.json`. */
export interface StoredNode extends NodeKeys {
  readonly nodeName: string;
  /** The cluster that this identity belongs to; a file copied from another store is noticed by it. */
  readonly clusterId: string;
}

/** Contents of `ssh-authority.json`. */
export interface StoredSshAuthority {
  readonly clusterId: string;
  readonly key: SshIdentity;
}

/** Reads `cluster.json` back. Throws what `parseStored` throws. */
export function parseStoredCluster(text: string, file: string): StoredCluster {
  const { contents, damaged } = parseStored<StoredCluster>(text, file);
  requireMatchingKey(contents.authority, damaged);
  requireMatchingSshKey(contents.loginKey, damaged);
  return contents;
}

/** Reads `nodes/<name>.json` back and checks that it is this node of this cluster. Errors as `parseStoredCluster`. */
export function parseStoredNode(text: string, file: string, nodeName: string, clusterId: string): StoredNode {
  const { contents, damaged } = parseStored<StoredNode>(text, file);
  if (contents.nodeName !== nodeName) throw damaged(`it is the identity of ${contents.nodeName}`);
  requireSameCluster(contents.clusterId, clusterId, damaged);
  requireMatchingKey(contents.tls, damaged);
  requireMatchingSshKey(contents.sshHostKey, damaged);
  requireMatchingSshKey(contents.sshClientKey, damaged);
  return contents;
}

/** Reads `ssh-authority.json` back. Errors as `parseStoredCluster`. */
export function parseStoredSshAuthority(text: string, file: string, clusterId: string): StoredSshAuthority {
  const { contents, damaged } = parseStored<StoredSshAuthority>(text, file);
  requireSameCluster(contents.clusterId, clusterId, damaged);
  requireMatchingSshKey(contents.key, damaged);
  return contents;
}

/** A file copied from another store is noticed by the cluster it names. */
export function requireSameCluster(clusterId: string, expected: string, damaged: Damaged): void {
  if (clusterId !== expected) throw damaged('it belongs to another cluster');
}

function requireMatchingKey(pair: Certificate, damaged: Damaged): void {
  const matches = new X509Certificate(pair.certificatePem).checkPrivateKey(createPrivateKey(pair.keyPem));
  if (!matches) throw damaged('a certificate does not match its private key');
}

/** OpenSSH's private key format repeats the public key in clear. Source: openssh-portable PROTOCOL.key. */
function requireMatchingSshKey(key: SshIdentity, damaged: Damaged): void {
  const blob = Buffer.from(key.privateKey.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const publicBlob = Buffer.from(key.publicKey.split(' ')[1] ?? '', 'base64');
  if (publicBlob.length === 0 || !blob.includes(publicBlob))
    throw damaged('an ssh key does not match its public key');
}
