import { join } from 'node:path';
import type { BuiltCluster } from '../../last-build/built-cluster.ts';
import { buildFormats, type BuildFormat } from '../../../image/image-format.ts';
import { isMapping } from '../../source/is-mapping.ts';
import { readTextIfExists } from '../../../system/host/files.ts';
import { parseStored } from './stored-file.ts';
import { requireSameCluster } from './stored-identity.ts';

/** Contents of `definition.json`: what the last build was told, and what it made of it. Secrets are in the definition. */
export interface StoredDefinition {
  /** Cluster id of the store. */
  readonly clusterId: string;
  /** Version of the dlimage that wrote it. */
  readonly dlimage: string;
  readonly origin: DefinitionOrigin;
  /** YAML that means the same without file and flags; paths of the file are relative to its folder. */
  readonly definition: string;
  readonly cluster: BuiltCluster;
  /** Absent when nothing but Packer's box was made of it, and in stores of a dlimage that did not keep it. */
  readonly outputs?: BuildOutputs;
}

/** Formats and options of a build. */
export interface BuildOutputs {
  readonly formats: readonly BuildFormat[];
  /** True for qcow2 files that are thin disks on the base. */
  readonly isThin: boolean;
  /** True for a box for each node instead of one for all. */
  readonly isPerNode: boolean;
  readonly hasVagrantUser: boolean;
}

/** Origin of a definition. */
export interface DefinitionOrigin {
  /** Path of the file from the store's folder; null when there was none. */
  readonly file: string | null;
  /** Flags that said something of the cluster, as words of a shell. */
  readonly flags: readonly string[];
}

/** Path of the last build's definition. */
export function definitionFile(directory: string): string {
  return join(directory, 'definition.json');
}

/**
 * The definition of the last build; undefined in a new store, or one of a dlimage that kept none. Never writes.
 *
 * @throws HostError `identity-damaged` or `identity-version`
 */
export async function readStoredDefinition(
  directory: string,
  clusterId: string,
): Promise<StoredDefinition | undefined> {
  const file = definitionFile(directory);
  const text = await readTextIfExists(file);
  if (text === undefined) return undefined;
  const { contents, damaged } = parseStored<StoredDefinition>(text, file);
  if (!hasShape(contents)) throw damaged('something is missing in it');
  requireSameCluster(contents.clusterId, clusterId, damaged);
  return contents;
}

/** A file whose checksum somebody made by hand ends in no internal error. */
function hasShape({ clusterId, origin, definition, cluster, outputs }: Partial<StoredDefinition>): boolean {
  return (
    typeof clusterId === 'string' &&
    typeof definition === 'string' &&
    isMapping(origin) &&
    (origin.file === null || typeof origin.file === 'string') &&
    Array.isArray(origin.flags) &&
    isMapping(cluster) &&
    typeof cluster.name === 'string' &&
    Array.isArray(cluster.nodes) &&
    cluster.nodes.every((node: unknown) => isMapping(node) && typeof node['name'] === 'string') &&
    isMapping(cluster.settings) &&
    isMapping(cluster.keys) &&
    Object.values(cluster.keys).every(isKeysOfNode) &&
    (outputs === undefined || isOutputs(outputs))
  );
}

function isOutputs(outputs: unknown): boolean {
  if (!isMapping(outputs)) return false;
  const { formats, ...switches } = outputs;
  return (
    Array.isArray(formats) &&
    formats.length > 0 &&
    formats.every((format) => buildFormats.some((known) => known === format)) &&
    Object.values(switches).every((value) => typeof value === 'boolean')
  );
}

function isKeysOfNode(keys: unknown): boolean {
  return isMapping(keys) && Object.values(keys).every(Array.isArray);
}
