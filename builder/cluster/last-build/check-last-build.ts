import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Cluster } from '../model/cluster.ts';
import type { CommandLine } from '../source/command-line.ts';
import type { Locator } from '../source/locator.ts';
import { describeBuilt, type LastBuild } from './built-cluster.ts';
import { compareBuilds } from './compare-builds.ts';
import { compareKeys } from './compare-keys.ts';
import { findTwins } from './find-twins.ts';
import { lastBuildRules } from './last-build-rules.ts';

/** A cluster that was understood, and what of its definition says that a change is meant. */
export interface CurrentBuild {
  readonly cluster: Cluster;
  readonly locator: Locator;
  readonly commandLine: CommandLine;
  /** Names of the nodes that are built. */
  readonly selected: readonly string[];
  /** True for a command that builds: what would break the cluster is an error then. */
  readonly isBuilding: boolean;
}

/**
 * Holds a cluster against the last build of the same identity store.
 *
 * @param last - undefined before the first build
 * @param others - clusters whose identities lie in the same folder
 */
export function checkLastBuild(
  current: CurrentBuild,
  last: LastBuild | undefined,
  others: readonly LastBuild[] = [],
): Diagnostic[] {
  const { cluster, locator, commandLine, isBuilding, selected } = current;
  const built = describeBuilt(cluster);
  const context = {
    last,
    comparison: compareBuilds(last ?? noBuild, built),
    keys: last?.cluster === undefined ? [] : compareKeys(last.cluster, built, selected),
    twins: findTwins(built, others),
    name: cluster.name,
    isBuilding,
    removals: commandLine.removals,
    revocations: commandLine.revocations,
    changes: commandLine.changes,
    nodeNames: cluster.nodes.map(({ name }) => name),
    needsLoginKey: cluster.users.some(({ authorizedKeys }) => authorizedKeys.length === 0),
    locator,
  };
  return lastBuildRules.flatMap((rule) => [...rule(context)]);
}

const noBuild: LastBuild = { store: '', cluster: undefined, nodes: [], knownNodes: [], said: [] };
