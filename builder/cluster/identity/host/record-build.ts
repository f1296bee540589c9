import type { LastBuild } from '../../last-build/built-cluster.ts';
import { writeFileAtomically } from '../../../system/host/files.ts';
import { readLastBuild } from './read-last-build.ts';
import { formatStored } from './stored-file.ts';
import { definitionFile, type StoredDefinition } from './stored-definition.ts';

/** A build's entry in the store, and the check that no other build came between. */
export interface BuildRecord {
  /** Text of `definition.json` when the definition was held against it; undefined when there was none. */
  readonly seen: string | undefined;
  /** Throws when the cluster would break that of another build than the one that was seen. */
  readonly requireMeant: (last: LastBuild) => void;
  readonly contentsAfter: (last: LastBuild | undefined) => Omit<StoredDefinition, 'clusterId'>;
}

/**
 * Keeps the definition of a build. Whoever calls it holds the store's lock, and signs the roster after it: a build that
 * ends in between is one that the next build sees.
 *
 * @throws ConfigurationError when another build has changed the cluster in the meantime
 */
export async function recordBuild(directory: string, clusterId: string, record: BuildRecord): Promise<void> {
  const build = await readLastBuild(directory);
  if (build !== undefined && build.text !== record.seen) record.requireMeant(build.last);
  const contents: StoredDefinition = { clusterId, ...record.contentsAfter(build?.last) };
  const text = formatStored(contents);
  if (text !== build?.text) await writeFileAtomically(definitionFile(directory), text);
}
