import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { chooseStore, type KnownStore } from '../last-build/choose-store.ts';
import { continueDefinition } from '../last-build/continue-definition.ts';
import type { DefinitionFlags } from '../source/command-line.ts';
import type { SourceText } from '../../report/diagnostic.ts';
import { HostError, UsageError } from '../../report/errors.ts';
import type { BuildOutputs } from '../identity/host/stored-definition.ts';
import { listStores, readLastBuild, type StoredBuild } from '../identity/host/read-last-build.ts';
import { readRegularText, type FoundText } from '../../system/host/regular-file.ts';
import { shownPath } from '../../system/host/shown-path.ts';

/** The definition that is taken when the command line names none. */
export const defaultDefinitionFile = 'cluster.yaml';

/** Ten thousand nodes need less than half of it; more is not read into memory. */
const longestDefinitionBytes = 1024 * 1024;

/** A definition that was found, before it is understood. */
export interface FoundDefinition {
  /** Absent when flags and defaults say everything. */
  readonly source: SourceText | undefined;
  /** The file it was read from, as shown to the user; undefined when there is none. */
  readonly file: string | undefined;
  /** Path of the folder that relative paths start at. */
  readonly projectDirectory: string;
  /** Of a definition that comes from the last build: folder name of its store. */
  readonly store: string | undefined;
  /** Of a definition that comes from the last build: what that wrote; undefined when it is not known. */
  readonly outputs?: BuildOutputs | undefined;
}

/**
 * Finds the definition: the file that is named, else `cluster.yaml`, else that of the last build in a store that is
 * here, read again from its file where that still is.
 *
 * @param state - folder of the stores when there is no file
 * @throws UsageError when a named file is not there, or several clusters are; HostError `definition-unreadable` when it
 *   is no file, too large, or may not be read
 */
export async function findDefinition(
  file: string | undefined,
  flags: DefinitionFlags,
  state: string,
): Promise<FoundDefinition> {
  const source = await readDefinition(file ?? defaultDefinitionFile);
  if (source !== undefined) return definitionOfFile(source);
  if (file !== undefined) {
    throw (await isDirectory(file))
      ? new UsageError(`the definition ${file} is a folder`, 'name the file in it, like cluster.yaml')
      : new UsageError(
          `there is no definition ${file}`,
          'dlimage init writes one; without one, leave the argument out',
        );
  }
  const store = await findStore(state, flags);
  const nothing = { source: undefined, file: undefined, projectDirectory: '.', store: undefined };
  if (store === undefined) return nothing;
  const directory = join(state, store);
  const { stored } = (await readLastBuild(directory)) ?? {};
  if (stored === undefined) return nothing;
  requireSameName(store, stored.cluster.name, directory);
  const origin = stored.origin.file === null ? undefined : resolve(directory, stored.origin.file);
  const again = origin === undefined ? undefined : await readDefinition(origin);
  if (again !== undefined) return { ...definitionOfFile(again), store, outputs: stored.outputs };
  const text = continueDefinition(stored.definition, flags);
  return {
    ...nothing,
    source: { file: `last build in ${shownPath(directory)}`, text },
    projectDirectory: origin !== undefined && (await isDirectory(dirname(origin))) ? dirname(origin) : '.',
    store,
    outputs: stored.outputs,
  };
}

/** A definition that is in a file, or about to be. */
export function definitionOfFile(source: SourceText): FoundDefinition {
  return { source, file: source.file, projectDirectory: dirname(resolve(source.file)), store: undefined };
}

async function findStore(state: string, flags: DefinitionFlags): Promise<string | undefined> {
  const names = await listStores(state);
  const known = await Promise.all(names.map(async (name) => await describeStore(state, name)));
  const { store, candidates } = chooseStore(known, flags);
  if (candidates === undefined) return store;
  throw new UsageError(
    `there are several clusters in ${shownPath(state)}: ${candidates.join(', ')}`,
    `choose one with --name ${candidates[0]}, or name a definition`,
  );
}

/** Faults of a store are reported when it is the one that is meant. */
async function describeStore(state: string, name: string): Promise<KnownStore> {
  const build = await readLastBuild(join(state, name)).catch((): StoredBuild | undefined => undefined);
  const cluster = build?.stored?.cluster;
  const profile = cluster?.settings[`nodes.${cluster.nodes[0]?.name}.profile`];
  return { name, profile: typeof profile === 'string' ? profile : undefined };
}

function requireSameName(store: string, name: string, directory: string): void {
  if (store === name) return;
  throw new HostError('store-renamed', `${shownPath(directory)} holds the cluster ${name}`, {
    hint: `give the folder its name again: ${shownPath(join(dirname(directory), name))}`,
  });
}

async function readDefinition(path: string): Promise<SourceText | undefined> {
  const given = await readRegularText(path, longestDefinitionBytes);
  const isFolder = given.kind === 'directory';
  const definition = isFolder ? `${path.replace(/\/+$/, '')}/${defaultDefinitionFile}` : path;
  const found = isFolder ? await readRegularText(definition, longestDefinitionBytes) : given;
  if (found.kind === 'file') return { file: relative('.', definition) || definition, text: found.text };
  if (found.kind !== 'missing') throw unreadable(definition, found);
  return undefined;
}

function unreadable(file: string, { kind, what }: Exclude<FoundText, { kind: 'file' }>): HostError {
  if (kind === 'unreadable') {
    return new HostError('definition-unreadable', `cannot read the definition ${file}: ${what}`, {
      hint: 'name a file that you may read',
    });
  }
  return new HostError('definition-unreadable', `the definition ${file} is ${what}`, {
    hint:
      kind === 'too-large'
        ? 'put what is large into files of its own'
        : 'name a regular file, like cluster.yaml',
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
