import { join } from 'node:path';
import { isRevoked, revokedKeysOf } from '../revoked-keys.ts';
import type { RevokedKeys } from '../identities.ts';
import { readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';
import { formatStored, parseStored } from './stored-file.ts';
import { listNodeNames, readNode } from './store-files.ts';
import { requireSameCluster } from './stored-identity.ts';

/** Contents of `revoked.json`: keys of cards that are somebody else's now. They never count again. */
interface StoredRevoked {
  readonly clusterId: string;
  readonly keys: readonly RevokedKeys[];
}

/** Keys that were revoked for good, the latest last. Never writes. */
export async function readRevoked(directory: string, clusterId: string): Promise<readonly RevokedKeys[]> {
  const file = revokedFile(directory);
  const text = await readTextIfExists(file);
  if (text === undefined) return [];
  const { contents, damaged } = parseStored<StoredRevoked>(text, file);
  requireSameCluster(contents.clusterId, clusterId, damaged);
  return contents.keys;
}

/**
 * Keys that the next roster revokes: those for good, and those of nodes that are not in the definition any more, which
 * count again when the node comes back. In an order that does not change by itself.
 */
export async function listRevoked(
  directory: string,
  clusterId: string,
  memberNames: readonly string[],
): Promise<RevokedKeys[]> {
  const revoked = await readRevoked(directory, clusterId);
  const former = (await listNodeNames(directory)).filter((name) => !memberNames.includes(name));
  const removed: RevokedKeys[] = [];
  for (const name of former) {
    const keys = await readNode(directory, name, clusterId);
    if (keys !== undefined && !isRevoked(keys, revoked)) removed.push(revokedKeysOf(name, keys));
  }
  return [...revoked, ...removed].toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
}

/** Revokes the keys that these nodes have now. Whoever calls it holds the store's lock. */
export async function revokeKeys(
  directory: string,
  clusterId: string,
  names: readonly string[],
): Promise<void> {
  const revoked = [...(await readRevoked(directory, clusterId))];
  for (const name of names) {
    const keys = await readNode(directory, name, clusterId);
    if (keys !== undefined && !isRevoked(keys, revoked)) revoked.push(revokedKeysOf(name, keys));
  }
  const contents: StoredRevoked = { clusterId, keys: revoked };
  await writeFileAtomically(revokedFile(directory), formatStored(contents));
}

function revokedFile(directory: string): string {
  return join(directory, 'revoked.json');
}

function orderOf({ name, sshKeys }: RevokedKeys): string {
  return [name, ...sshKeys].join(' ');
}
