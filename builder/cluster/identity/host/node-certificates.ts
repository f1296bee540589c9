import { join } from 'node:path';
import type { NodeCertificates, NodeKeys, SshIdentity } from '../identities.ts';
import type { RosterMember } from '../roster.ts';
import { makePrivateDirectory, readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';
import { createSshCertificates } from './create-ssh-certificate.ts';
import { formatStored, parseStored } from './stored-file.ts';

/** Contents of `certificates/<name>.json`: certificates, and everything they say. */
interface StoredCertificates extends NodeCertificates {
  readonly issuedFor: {
    readonly name: string;
    readonly address: string | null;
    readonly hostKey: string;
    readonly clientKey: string;
    readonly authority: string;
  };
}

/** The certificates of a node as far as they still say what is so; undefined when they have to be made. Never writes. */
export async function readNodeCertificates(
  directory: string,
  authority: string,
  node: RosterMember,
  keys: NodeKeys,
): Promise<NodeCertificates | undefined> {
  const file = fileOf(directory, node.name);
  const text = await readTextIfExists(file);
  if (text === undefined) return undefined;
  const { contents } = parseStored<StoredCertificates>(text, file);
  const wanted = issuedFor(authority, node, keys);
  if (JSON.stringify(contents.issuedFor) !== JSON.stringify(wanted)) return undefined;
  return {
    sshHostCertificate: contents.sshHostCertificate,
    sshClientCertificate: contents.sshClientCertificate,
  };
}

/** Makes the certificates of a node and keeps them in place of those for an earlier name or address. */
export async function issueNodeCertificates(
  directory: string,
  authority: SshIdentity,
  node: RosterMember,
  keys: NodeKeys,
): Promise<NodeCertificates> {
  const certificates = await createSshCertificates(directory, authority, node, keys);
  const contents: StoredCertificates = {
    issuedFor: issuedFor(authority.publicKey, node, keys),
    ...certificates,
  };
  await makePrivateDirectory(certificatesDirectory(directory));
  await writeFileAtomically(fileOf(directory, node.name), formatStored(contents));
  return certificates;
}

/** Folder of a store's certificates. */
export function certificatesDirectory(directory: string): string {
  return join(directory, 'certificates');
}

function issuedFor(
  authority: string,
  { name, address }: RosterMember,
  keys: NodeKeys,
): StoredCertificates['issuedFor'] {
  return {
    name,
    address,
    hostKey: keys.sshHostKey.publicKey,
    clientKey: keys.sshClientKey.publicKey,
    authority,
  };
}

function fileOf(directory: string, nodeName: string): string {
  return join(certificatesDirectory(directory), `${nodeName}.json`);
}
