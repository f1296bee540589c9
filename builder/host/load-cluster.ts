import { realpath } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Cluster } from '../definition/cluster.ts';
import type { UsedDefault } from '../definition/defaults.ts';
import { collectReferences } from '../definition/references.ts';
import type { DefinitionFlags } from '../definition/source/command-line.ts';
import { understandCluster } from '../definition/understand-cluster.ts';
import { hasErrors, type Diagnostic, type SourceText } from '../report/diagnostic.ts';
import { ConfigurationError, HostError, UsageError } from '../report/errors.ts';
import { readShippedDefinitions } from './read-definitions.ts';
import { readEnvironment } from './read-environment.ts';
import { readSchemas } from './read-schemas.ts';
import { readRegularText, type FoundText } from './regular-file.ts';

/** The definition that is taken when the command line names none. */
export const defaultDefinitionFile = 'cluster.yaml';

/** Ten thousand nodes need a third of it; more is not read into memory. */
const longestDefinitionBytes = 4 * 1024 * 1024;

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
 * @throws ConfigurationError with every finding; UsageError when a named file is not there;
 *   HostError `definition-unreadable` when it is no file, too large, or may not be read
 */
export async function loadCluster(
  file: string | undefined,
  flags: DefinitionFlags,
  place: NodePlace = {},
): Promise<LoadedCluster> {
  return await judgeSource(await readDefinition(file), flags, place);
}

/**
 * Judges a definition that is, or is about to be, in a file; without one, the flags alone.
 *
 * @throws ConfigurationError with every finding
 */
export async function judgeSource(
  source: SourceText | undefined,
  flags: DefinitionFlags,
  place: NodePlace = {},
): Promise<LoadedCluster> {
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
  const given = await readRegularText(path, longestDefinitionBytes);
  const isFolder = given.kind === 'directory';
  const definition = isFolder ? `${path.replace(/\/+$/, '')}/${defaultDefinitionFile}` : path;
  const found = isFolder ? await readRegularText(definition, longestDefinitionBytes) : given;
  if (found.kind === 'file') return { file: relative('.', definition) || definition, text: found.text };
  if (found.kind !== 'missing') throw unreadable(definition, found);
  if (file === undefined) return undefined;
  throw new UsageError(
    `there is no definition ${file}`,
    'dlimage init writes one; without one, leave the argument out',
  );
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
