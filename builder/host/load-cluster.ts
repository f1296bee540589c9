import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Cluster } from '../definition/cluster.ts';
import type { UsedDefault } from '../definition/defaults.ts';
import { collectReferences } from '../definition/references.ts';
import type { DefinitionFlags } from '../definition/source/command-line.ts';
import { understandCluster } from '../definition/understand-cluster.ts';
import { hasErrors, type Diagnostic, type SourceText } from '../report/diagnostic.ts';
import { ConfigurationError, UsageError } from '../report/errors.ts';
import { isErrno } from './files.ts';
import { readShippedDefinitions } from './read-definitions.ts';
import { readEnvironment } from './read-environment.ts';
import { readSchemas } from './read-schemas.ts';

/** The definition that is taken when the command line names none. */
export const defaultDefinitionFile = 'cluster.yaml';

/** A definition without errors. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  /** The file it came from, as shown to the user; undefined when there is none. */
  readonly file: string | undefined;
  /** Absolute path of the folder that the identity store and the output directory lie in by default. */
  readonly projectDirectory: string;
  /** Warnings and notes. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];
  readonly defaults: readonly UsedDefault[];
  /** Names of the nodes to work on. */
  readonly selected: readonly string[];
}

/** Where the nodes will be. */
export interface NodePlace {
  /** True when they get a network of their own, as machines of Vagrant do: it is none that this machine is in. */
  readonly isOwnNetwork?: boolean;
}

/**
 * Reads a definition with its flags and everything it refers to, and judges it.
 *
 * @param file - as typed; without it `cluster.yaml` is taken where there is one
 * @throws ConfigurationError with every finding; UsageError when a named file is not there
 */
export async function loadCluster(
  file: string | undefined,
  flags: DefinitionFlags,
  place: NodePlace = {},
): Promise<LoadedCluster> {
  const source = await readDefinition(file);
  const projectDirectory = await realpath(source === undefined ? '.' : dirname(resolve(source.file)));
  const [{ profiles, bases }, schemas, environment] = await Promise.all([
    readShippedDefinitions(),
    readSchemas(),
    readEnvironment(projectDirectory, collectReferences(source, flags)),
  ]);
  const { value, diagnostics, sources, defaults, selected } = understandCluster({
    ...(source === undefined ? {} : { source }),
    flags,
    profiles: [...profiles].map(([name, text]) => ({ name, source: text })),
    bases: [...bases].map(([name, text]) => ({ name, source: text })),
    schemas,
    environment: place.isOwnNetwork === true ? { ...environment, hostNetworks: [] } : environment,
  });
  if (value === undefined || hasErrors(diagnostics)) throw new ConfigurationError(diagnostics, sources);
  return { cluster: value, file: source?.file, projectDirectory, diagnostics, sources, defaults, selected };
}

async function readDefinition(file: string | undefined): Promise<SourceText | undefined> {
  const path = file ?? defaultDefinitionFile;
  try {
    const isDirectory = (await stat(path)).isDirectory();
    const definition = isDirectory ? `${path.replace(/\/+$/, '')}/${defaultDefinitionFile}` : path;
    return { file: relative('.', definition) || definition, text: await readFile(definition, 'utf8') };
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    if (file === undefined) return undefined;
    throw new UsageError(
      `there is no definition ${file}`,
      'dlimage init writes one; without one, leave the argument out',
    );
  }
}
