import { readAssets } from '../../node/host/read-assets.ts';
import { readIdentities } from '../../cluster/identity/host/identity-store.ts';
import { placeholderIdentities } from '../../cluster/identity/placeholder-identities.ts';
import { deliver } from '../../make/deliver.ts';
import { describeBuild, formatBuild } from '../../make/describe-build.ts';
import { examinePlan } from '../../make/host/examine-plan.ts';
import { planBuild } from '../../make/plan-build.ts';
import { formatPlan } from '../../node/describe/format-plan.ts';
import { planCluster } from '../../node/describe/plan-cluster.ts';
import { countFindings } from '../../report/count-findings.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { silentProgress } from '../../system/host/progress.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { printLine, printResult } from '../terminal/console.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';
import {
  outputDirectoryOf,
  parseOutputs,
  requireDeliverable,
  sharingRemedy,
  type OutputOptions,
} from './support/outputs.ts';

interface PlanOptions extends DefinitionOptions, OutputOptions {
  readonly files?: boolean;
  readonly cache?: string;
}

/** `dlimage plan`: shows what `build` would write, and writes nothing itself, not even identities. */
export async function runPlan(file: string | undefined, options: PlanOptions): Promise<void> {
  const typed = options.format === undefined ? undefined : parseOutputs(options, undefined);
  const loaded = await loadAndReport(
    file,
    options,
    typed === undefined ? {} : { isOwnNetwork: typed.delivery.isVagrant },
  );
  const { cluster, stateDirectory, selected } = loaded;
  const { formats, delivery, stored } = parseOutputs(options, loaded.lastOutputs);
  requireDeliverable(cluster, delivery);
  const existing = await readIdentities(stateDirectory, cluster.nodes);
  const { identities, alternative, isComplete } = placeholderIdentities(cluster.nodes, existing);
  const delivered = deliver(cluster, delivery, identities, stored.hasVagrantUser);
  const outcome = planCluster(delivered, identities, await readAssets(cluster), {
    delivery,
    ...(isComplete ? {} : { alternative }),
  });
  if (outcome.value === undefined) throw new ConfigurationError(outcome.diagnostics);
  const outputDirectory = outputDirectoryOf(options, loaded, delivery);
  const run = { cacheDirectory: cacheDirectory(options.cache), progress: silentProgress };
  const build = planBuild({ cluster, selected, formats, delivery }, sharingRemedy(delivery));
  const described = describeBuild(await examinePlan(build, outputDirectory, run));
  const plan = {
    ...outcome.value,
    nodes: outcome.value.nodes.filter((node) => selected.includes(node.name)),
  };
  if (options.json === true) {
    printResult({ ...plan, build: described, ...countFindings(loaded.diagnostics, loaded.sources) });
    return;
  }
  printLine(
    `${formatPlan(plan, { hasFiles: options.files === true }).trimEnd()}\n\n${formatBuild(described, shownPath)}`,
  );
}
