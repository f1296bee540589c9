import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../../report/errors.ts';
import { readTextIfExists } from '../../../system/host/files.ts';
import { isErrno } from '../../../system/host/system-error.ts';
import { certificatesDirectory } from './node-certificates.ts';
import { rosterFile } from './signed-roster.ts';
import {
  parseStoredCluster,
  parseStoredNode,
  parseStoredSshAuthority,
  type StoredCluster,
  type StoredNode,
  type StoredSshAuthority,
} from './stored-identity.ts';

/** Path of the keys that all nodes share. */
export function clusterFile(directory: string): string {
  return join(directory, 'cluster.json');
}

/** Path of the key that signs the nodes' ssh keys. */
export function authorityFile(directory: string): string {
  return join(directory, 'ssh-authority.json');
}

/** Folder of a node's keys. */
export function nodeFile(directory: string, nodeName: string): string {
  return join(directory, 'nodes', `${nodeName}.json`);
}

/**
 * What all nodes share; undefined when the store is new.
 *
 * @throws HostError `identity-permissions`; `identity-damaged` also when it is gone and something else is there
 */
export async function readCluster(directory: string): Promise<StoredCluster | undefined> {
  await requireOwnersOnly(directory);
  const file = clusterFile(directory);
  const text = await readTextIfExists(file);
  if (text !== undefined) {
    await requireCompleteRoster(directory);
    return parseStoredCluster(text, file);
  }
  if ((await listNodeNames(directory)).length === 0) return undefined;
  throw missing(file, `${join(directory, 'nodes')} holds identities`);
}

/** The ssh authority; undefined in a store of a dlimage that had none. */
export async function readSshAuthority(
  directory: string,
  clusterId: string,
): Promise<StoredSshAuthority | undefined> {
  const file = authorityFile(directory);
  const text = await readTextIfExists(file);
  if (text !== undefined) return parseStoredSshAuthority(text, file, clusterId);
  if (!(await hasCertificates(directory))) return undefined;
  // Nodes that are running would take no node with a certificate of another authority for one of theirs.
  throw missing(file, `${certificatesDirectory(directory)} holds what it signed`);
}

/** The keys of a node; undefined when it has none yet. */
export async function readNode(
  directory: string,
  nodeName: string,
  clusterId: string,
): Promise<StoredNode | undefined> {
  const file = nodeFile(directory, nodeName);
  const text = await readTextIfExists(file);
  return text === undefined ? undefined : parseStoredNode(text, file, nodeName, clusterId);
}

/** For a node whose keys are gone: those that run would take it for a stranger with its name. */
export function lostNode(directory: string, nodeName: string): HostError {
  return missing(nodeFile(directory, nodeName), `${rosterFile(directory)} lists ${nodeName}`);
}

/** Names of all nodes that have keys here. */
export async function listNodeNames(directory: string): Promise<string[]> {
  return await listStored(join(directory, 'nodes'));
}

/** A new roster would begin with the first serial again, and nodes that are running would not look at it. */
async function requireCompleteRoster(directory: string): Promise<void> {
  const file = rosterFile(directory);
  if (!(await hasCertificates(directory)) || (await readTextIfExists(file)) !== undefined) return;
  throw missing(file, `${certificatesDirectory(directory)} is there`);
}

async function hasCertificates(directory: string): Promise<boolean> {
  return (await listStored(certificatesDirectory(directory))).length > 0;
}

async function listStored(directory: string): Promise<string[]> {
  try {
    const files = await readdir(directory);
    return files
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .map((name) => name.slice(0, -5));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
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
    { hint: `chmod 700 ${directory}, or choose another disk with --state: FAT and exFAT keep no modes` },
  );
}

function missing(file: string, but: string): HostError {
  return new HostError('identity-damaged', `${file} is missing, but ${but}`, {
    hint: 'restore it from a backup; to begin a new cluster, move the whole directory away',
  });
}
