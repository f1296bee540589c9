import { join, relative, resolve } from 'node:path';
import { describeBuilt, rememberBuilt, type LastBuild } from '../last-build/built-cluster.ts';
import { checkLastBuild, type CurrentBuild } from '../last-build/check-last-build.ts';
import { flagWords, type FlagValue } from '../source/command-line.ts';
import { hasErrors, type Diagnostic, type SourceText } from '../../report/diagnostic.ts';
import { ConfigurationError } from '../../report/errors.ts';
import type { FoundDefinition } from './find-definition.ts';
import { readLastBuild, type StoredBuild } from '../identity/host/read-last-build.ts';
import type { BuildRecord } from '../identity/host/record-build.ts';
import type { DefinitionOrigin } from '../identity/host/stored-definition.ts';
import { packageVersion } from '../../system/host/package-version.ts';

/** A cluster, and the places that its last build is looked for in. */
export interface JudgedBuild {
  readonly current: CurrentBuild;
  readonly found: FoundDefinition;
  /** The definition as YAML that needs no flags. */
  readonly again: string;
  /** Texts that findings point into. */
  readonly sources: readonly SourceText[];
  /** The store of the cluster. */
  readonly directory: string;
  /** Folder of all stores, and names of the others in it. */
  readonly parent: string;
  readonly otherStores: readonly string[];
}

/**
 * Holds a cluster against the last build in its store, and prepares what a build leaves there.
 *
 * @throws what `readLastBuild` throws
 */
export async function judgeLastBuild(
  judged: JudgedBuild,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly record: BuildRecord }> {
  const { current, directory, parent, otherStores } = judged;
  const build = await readLastBuild(directory);
  const others = build === undefined ? await readOthers(parent, otherStores) : [];
  // Of who goes on from the last build no flag is forgotten.
  const goesOn = judged.found.store !== undefined && judged.found.file === undefined;
  const last = build === undefined || !goesOn ? build?.last : { ...build.last, said: [] };
  return {
    diagnostics: checkLastBuild(current, last, others),
    record: makeRecord(judged, build),
  };
}

/** A store of another cluster that cannot be read is nobody's trouble here. */
async function readOthers(parent: string, names: readonly string[]): Promise<LastBuild[]> {
  const builds = await Promise.all(
    names.map(async (name) => await readLastBuild(join(parent, name)).catch(() => undefined)),
  );
  return builds.flatMap((build) => build?.last ?? []);
}

function makeRecord(
  { current, sources, found, again, directory }: JudgedBuild,
  build: StoredBuild | undefined,
): BuildRecord {
  const { cluster, selected, commandLine } = current;
  const file = found.file === undefined ? null : relative(directory, resolve(found.file));
  const former = found.store === undefined || file !== null ? undefined : build?.stored?.origin;
  return {
    seen: build?.text,
    requireMeant: (last) => {
      const diagnostics = checkLastBuild(current, last);
      if (hasErrors(diagnostics)) throw new ConfigurationError(diagnostics, sources);
    },
    contentsAfter: (last) => ({
      dlimage: packageVersion,
      origin: {
        file: file ?? former?.file ?? null,
        flags: mergeFlagWords(former?.flags ?? [], commandLine.values),
      },
      definition: again,
      cluster: rememberBuilt(describeBuilt(cluster), selected, last?.cluster),
      ...(build?.stored?.outputs === undefined ? {} : { outputs: build.stored.outputs }),
    }),
  };
}

/** Flags with their values: those of former builds that were not typed again stay in force. */
function mergeFlagWords(former: readonly string[], values: readonly FlagValue[]): DefinitionOrigin['flags'] {
  const typed = new Set(values.map(({ flag }) => flag));
  const kept = former.filter((pair) => !typed.has(pair.split(' ')[0] ?? ''));
  return [...kept, ...values.map(flagWords)];
}
