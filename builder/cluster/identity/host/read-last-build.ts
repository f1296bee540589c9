import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltNode, LastBuild } from '../../last-build/built-cluster.ts';
import { HostError } from '../../../report/errors.ts';
import { readTextIfExists } from '../../../system/host/files.ts';
import { isErrno } from '../../../system/host/system-error.ts';
import { shownPath } from '../../../system/host/shown-path.ts';
import { readRoster, rosterFile } from './signed-roster.ts';
import { clusterFile, listNodeNames, readCluster } from './store-files.ts';
import { definitionFile, readStoredDefinition, type StoredDefinition } from './stored-definition.ts';

/** The last build of a store, and the file that says so. */
export interface StoredBuild {
  readonly last: LastBuild;
  readonly stored: StoredDefinition | undefined;
  /** Text of `definition.json`, by which a later build is noticed. */
  readonly text: string | undefined;
}

/**
 * What a store knows of the last build; undefined when there is no store. Never writes.
 *
 * @throws HostError `identity-damaged`, `identity-version` or `identity-permissions`
 */
export async function readLastBuild(directory: string): Promise<StoredBuild | undefined> {
  const cluster = await readCluster(directory);
  if (cluster === undefined) return undefined;
  const { clusterId } = cluster;
  const text = await readTextIfExists(definitionFile(directory));
  const stored = await readStoredDefinition(directory, clusterId);
  const roster = await readRoster(directory, clusterId);
  return {
    stored,
    text,
    last: {
      store: shownPath(directory),
      cluster: stored?.cluster,
      nodes: stored?.cluster.nodes ?? (roster === undefined ? [] : nodesOf(roster.text, directory)),
      knownNodes: (await listNodeNames(directory)).toSorted(),
      said: stored?.origin.flags ?? [],
    },
  };
}

/** Names of the stores inside a folder: those that hold a cluster. */
export async function listStores(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return [];
    throw error;
  });
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await readTextIfExists(clusterFile(join(parent, name))).catch(() => undefined);
      return text === undefined ? [] : [name];
    }),
  );
  return found.flat().toSorted();
}

/** Names of the nodes of the last roster that was signed; none when there is none. */
export async function listSignedNames(directory: string, clusterId: string): Promise<string[]> {
  const roster = await readRoster(directory, clusterId);
  return roster === undefined ? [] : nodesOf(roster.text, directory).map(({ name }) => name);
}

/** Parses the text that `formatRoster` writes. */
function nodesOf(text: string, directory: string): BuiltNode[] {
  try {
    const { nodes } = JSON.parse(text) as { nodes: (BuiltNode & { stores_data: boolean })[] };
    return nodes.map(({ stores_data: storesData, name, index, role, address, arbiter }) => ({
      name,
      index,
      role,
      address,
      storesData,
      arbiter,
    }));
  } catch (error) {
    throw new HostError('identity-damaged', `${rosterFile(directory)} is damaged: it lists no nodes`, {
      hint: 'restore it from a backup',
      cause: error,
    });
  }
}
