import { createHash, X509Certificate, createPrivateKey } from 'node:crypto';
import type { NodeIdentity, SshIdentity } from '../../identity/identities.ts';
import { HostError } from '../../report/errors.ts';
import type { Certificate } from './create-certificates.ts';

/** Contents of `cluster.json`: what all nodes of one cluster share, with the authority's private key. */
export interface StoredCluster {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly vrrpRouterId: number;
  readonly authority: Certificate;
  readonly loginKey: SshIdentity;
}

/** Contents of `nodes/<name>.json`. */
export interface StoredNode extends NodeIdentity {
  readonly nodeName: string;
  /** The cluster that this identity belongs to; a file copied from another store is noticed by it. */
  readonly clusterId: string;
}

const formatVersion = 1;

/** Text of a store file: the contents with a version and a checksum over them. */
export function formatStored(contents: StoredCluster | StoredNode): string {
  return `${JSON.stringify({ version: formatVersion, sha256: digestOf(contents), ...contents }, null, 2)}\n`;
}

/**
 * Reads `cluster.json` back.
 *
 * @throws HostError `identity-damaged` or `identity-version`; nothing is ever repaired or replaced.
 */
export function parseStoredCluster(text: string, file: string): StoredCluster {
  const checked = parseChecked(text, file);
  const { damaged } = checked;
  const contents = checked.contents as StoredCluster;
  requireMatchingKey(contents.authority, damaged);
  requireMatchingSshKey(contents.loginKey, damaged);
  return contents;
}

/** Reads `nodes/<name>.json` back and checks that it is this node of this cluster. Errors as `parseStoredCluster`. */
export function parseStoredNode(text: string, file: string, nodeName: string, clusterId: string): StoredNode {
  const checked = parseChecked(text, file);
  const { damaged } = checked;
  const contents = checked.contents as StoredNode;
  if (contents.nodeName !== nodeName) throw damaged(`it is the identity of ${contents.nodeName}`);
  if (contents.clusterId !== clusterId) throw damaged('it belongs to another cluster');
  requireMatchingKey(contents.tls, damaged);
  requireMatchingSshKey(contents.sshHostKey, damaged);
  requireMatchingSshKey(contents.sshClientKey, damaged);
  return contents;
}

function parseChecked(
  text: string,
  file: string,
): { contents: StoredCluster | StoredNode; damaged: (what: string) => HostError } {
  const damaged = (what: string): HostError =>
    new HostError('identity-damaged', `${file} is damaged: ${what}`, {
      hint: 'restore it from a backup; only if there is none, move it away: the next build then makes a new identity, and the node joins as a new one',
    });
  let stored: { version: number; sha256: string } & (StoredCluster | StoredNode);
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch (error) {
    throw damaged(
      text === '' ? 'it is empty' : `it is not JSON (${error instanceof Error ? error.message : ''})`,
    );
  }
  if (stored === null || typeof stored !== 'object') throw damaged('it is not a JSON object');
  const { version, sha256, ...contents } = stored;
  if (version !== formatVersion) {
    throw new HostError(
      'identity-version',
      `${file} has format version ${version}; this dlimage reads ${formatVersion}`,
      {
        hint: 'use the dlimage that made it',
      },
    );
  }
  if (sha256 !== digestOf(contents)) throw damaged('its checksum does not match its contents');
  return { contents, damaged };
}

function digestOf(contents: StoredCluster | StoredNode): string {
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}

function requireMatchingKey(pair: Certificate, damaged: (what: string) => HostError): void {
  const matches = new X509Certificate(pair.certificatePem).checkPrivateKey(createPrivateKey(pair.keyPem));
  if (!matches) throw damaged('a certificate does not match its private key');
}

/** OpenSSH's private key format repeats the public key in clear. Source: openssh-portable PROTOCOL.key. */
function requireMatchingSshKey(key: SshIdentity, damaged: (what: string) => HostError): void {
  const blob = Buffer.from(key.privateKey.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const publicBlob = Buffer.from(key.publicKey.split(' ')[1] ?? '', 'base64');
  if (publicBlob.length === 0 || !blob.includes(publicBlob))
    throw damaged('an ssh key does not match its public key');
}
