import { createSign } from 'node:crypto';
import { join } from 'node:path';
import type { NodeKeys, RevokedKeys, SignedRoster } from '../identities.ts';
import { formatRoster, type RosterMember } from '../roster.ts';
import { readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';
import { formatStored, parseStored } from './stored-file.ts';
import { requireSameCluster, type StoredCluster } from './stored-identity.ts';

/** Contents of `roster.json`: the last roster that was signed. */
interface StoredRoster extends SignedRoster {
  readonly clusterId: string;
}

/** The last roster that was signed, whatever nodes it lists; undefined when there is none. Never writes. */
export async function readRoster(directory: string, clusterId: string): Promise<SignedRoster | undefined> {
  const file = rosterFile(directory);
  const text = await readTextIfExists(file);
  if (text === undefined) return undefined;
  const { contents, damaged } = parseStored<StoredRoster>(text, file);
  requireSameCluster(contents.clusterId, clusterId, damaged);
  return { serial: contents.serial, text: contents.text, signature: contents.signature };
}

/**
 * The signed roster of these nodes: the last one when it lists the same, else a new one with the next serial.
 * Whoever calls it holds the store's lock, so that no serial ever stands for two rosters.
 */
export async function ensureRoster(
  directory: string,
  cluster: StoredCluster,
  members: readonly RosterMember[],
  keys: ReadonlyMap<string, NodeKeys>,
  revoked: readonly RevokedKeys[],
): Promise<SignedRoster> {
  const format = (serial: number) => formatRoster(cluster.clusterId, serial, members, keys, revoked);
  const last = await readRoster(directory, cluster.clusterId);
  if (last !== undefined && last.text === format(last.serial)) return last;
  const serial = (last?.serial ?? 0) + 1;
  const text = format(serial);
  const roster: SignedRoster = { serial, text, signature: sign(text, cluster.authority.keyPem) };
  const contents: StoredRoster = { clusterId: cluster.clusterId, ...roster };
  await writeFileAtomically(rosterFile(directory), formatStored(contents));
  return roster;
}

/** Path of the last signed roster. */
export function rosterFile(directory: string): string {
  return join(directory, 'roster.json');
}

/** As `openssl dgst -sha256 -sign` does it. */
function sign(text: string, keyPem: string): string {
  return createSign('sha256').update(text).sign({ key: keyPem, dsaEncoding: 'der' }, 'base64');
}
