import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Cluster } from '../model/cluster.ts';
import type { UsedDefault } from '../model/defaults.ts';
import { lookUpPaths, type Environment } from '../model/environment.ts';
import { writeAgain } from '../last-build/written-again.ts';
import { collectReferences } from '../resolve/references.ts';
import { flagWords, type DefinitionFlags } from '../source/command-line.ts';
import { understandCluster, type UnderstoodCluster } from '../understand-cluster.ts';
import { hasErrors, type Diagnostic, type SourceText } from '../../report/diagnostic.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { definitionOfFile, findDefinition, type FoundDefinition } from './find-definition.ts';
import { findIdentityFiles } from '../identity/host/identity-files.ts';
import type { BuildOutputs } from '../identity/host/stored-definition.ts';
import { listStores } from '../identity/host/read-last-build.ts';
import type { BaseJudge } from '../base-facts/base-judge.ts';
import type { BuildRecord } from '../identity/host/record-build.ts';
import { judgeLastBuild } from './judge-last-build.ts';
import { isBox } from '../../image/image-format.ts';
import { readShippedDefinitions } from './read-definitions.ts';
import { readEnvironment } from './read-environment.ts';
import { readSchemas } from './read-schemas.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { stateDirectory } from './state-directory.ts';

/** A definition without errors. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  /** The file it came from, as shown to the user; undefined when there is none. */
  readonly file: string | undefined;
  /** The store whose last build it came from, as shown to the user; undefined when it did not. */
  readonly continues: string | undefined;
  /** Outputs of the last build, when the definition comes from it. */
  readonly lastOutputs: BuildOutputs | undefined;
  /** Absolute path of the folder that the identity store and the output directory lie in by default. */
  readonly projectDirectory: string;
  /** The store of this cluster; absolute. */
  readonly stateDirectory: string;
  /** Flags that said something of the cluster, each with its value as a shell takes it. */
  readonly typedFlags: readonly string[];
  /** Names of the clusters in the same folder of stores, without this one. */
  readonly otherStores: readonly string[];
  /** A build's entry in the store. */
  readonly record: BuildRecord;
  /** Judges the definition by what its bases hold, once they are there. */
  readonly baseJudge: BaseJudge;
  /** Private keys that may be those of the people who log in; absolute. */
  readonly identityFiles: readonly string[];
  /** Warnings and notes. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];
  readonly defaults: readonly UsedDefault[];
  /** Names of the nodes to work on. */
  readonly selected: readonly string[];
}

/** Purpose for which a definition is loaded. */
export interface LoadSettings {
  /** True when the nodes get a network of their own, as machines of Vagrant do: it is none that this machine is in.
   * When it is left out, the last build says so if it counts. */
  readonly isOwnNetwork?: boolean;
  /** True for a command that builds: what would break the cluster of the last build is an error then. */
  readonly isBuilding?: boolean;
  /** Folder of the stores; `.dlimage` beside the definition when it is left out. */
  readonly state?: string | undefined;
}

/**
 * Reads a definition with its flags and everything it refers to, judges it, and holds it against the last build.
 *
 * @param file - as typed; without it `cluster.yaml` is taken where there is one, else what was built last
 * @throws ConfigurationError with every finding; what `findDefinition` and `readLastBuild` throw
 */
export async function loadCluster(
  file: string | undefined,
  flags: DefinitionFlags,
  settings: LoadSettings = {},
): Promise<LoadedCluster> {
  const found = await findDefinition(file, flags, resolve(settings.state ?? '.dlimage'));
  return await judgeFound(found, flags, settings);
}

/**
 * Judges a definition that is about to be in a file.
 *
 * @throws what `loadCluster` throws
 */
export async function judgeSource(source: SourceText, flags: DefinitionFlags): Promise<LoadedCluster> {
  return await judgeFound(definitionOfFile(source), flags, {});
}

async function judgeFound(
  found: FoundDefinition,
  flags: DefinitionFlags,
  settings: LoadSettings,
): Promise<LoadedCluster> {
  const { source } = found;
  const isOwnNetwork = settings.isOwnNetwork ?? found.outputs?.formats.some(isBox) === true;
  const projectDirectory = await realpath(found.projectDirectory);
  const [{ profiles, bases }, schemas, environment] = await Promise.all([
    readShippedDefinitions(),
    readSchemas(),
    readEnvironment(projectDirectory, collectReferences(source, flags)),
  ]);
  const understood = understandCluster({
    ...(source === undefined ? {} : { source }),
    flags,
    profiles: [...profiles].map(([name, text]) => ({ name, source: text })),
    bases: [...bases].map(([name, text]) => ({ name, source: text })),
    schemas,
    environment: isOwnNetwork ? { ...environment, hostNetworks: [] } : environment,
  });
  return await completeCluster(understood, found, environment, projectDirectory, settings);
}

/** Findings of the store. */
async function completeCluster(
  understood: UnderstoodCluster,
  found: FoundDefinition,
  environment: Environment,
  projectDirectory: string,
  settings: LoadSettings,
): Promise<LoadedCluster> {
  const { value: cluster, definition, diagnostics, sources, defaults, selected, commandLine } = understood;
  const { baseJudge } = understood;
  if (cluster === undefined || definition === undefined || baseJudge === undefined) {
    throw new ConfigurationError(diagnostics, sources);
  }
  const directory = storeOf(cluster.name, found, projectDirectory, settings);
  const parent = dirname(directory);
  const otherStores = (await listStores(parent)).filter((name) => name !== cluster.name);
  const { locator } = definition;
  const isBuilding = settings.isBuilding === true;
  const again = writeAgain(definition, lookUpPaths(environment));
  const current = { cluster, locator, commandLine, selected, isBuilding };
  const judged = await judgeLastBuild({ current, found, again, sources, directory, parent, otherStores });
  const all = [...diagnostics, ...judged.diagnostics];
  if (hasErrors(all)) throw new ConfigurationError(all, sources);
  return {
    cluster,
    file: found.file,
    continues: found.store === undefined ? undefined : shownPath(directory),
    lastOutputs: found.outputs,
    projectDirectory,
    stateDirectory: directory,
    typedFlags: commandLine.values.map(flagWords),
    otherStores,
    record: judged.record,
    baseJudge,
    identityFiles: await findIdentityFiles(environment),
    diagnostics: all,
    sources,
    defaults: found.store === undefined ? defaults : [],
    selected,
  };
}

/** A definition that continues the last build uses its store, wherever the file of the definition is. */
function storeOf(
  name: string,
  found: FoundDefinition,
  projectDirectory: string,
  { state }: LoadSettings,
): string {
  return stateDirectory(name, found.store === undefined ? projectDirectory : process.cwd(), state);
}
