import { readAssets } from '../../node/host/read-assets.ts';
import { readIdentities } from '../../cluster/identity/host/identity-store.ts';
import { placeholderIdentities } from '../../cluster/identity/placeholder-identities.ts';
import { formatPlan } from '../../node/describe/format-plan.ts';
import { planCluster } from '../../node/describe/plan-cluster.ts';
import { countFindings } from '../../report/count-findings.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { printLine, printResult } from '../terminal/console.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';

/** `dlimage plan`: shows what `build` would write, and writes nothing itself, not even identities. */
export async function runPlan(
  file: string | undefined,
  options: DefinitionOptions & { readonly files?: boolean },
): Promise<void> {
  const loaded = await loadAndReport(file, options);
  const { cluster, stateDirectory, selected } = loaded;
  const existing = await readIdentities(stateDirectory, cluster.nodes);
  const { identities, alternative, isComplete } = placeholderIdentities(cluster.nodes, existing);
  const outcome = planCluster(
    cluster,
    identities,
    await readAssets(cluster),
    isComplete ? {} : { alternative },
  );
  if (outcome.value === undefined) throw new ConfigurationError(outcome.diagnostics);
  const plan = {
    ...outcome.value,
    nodes: outcome.value.nodes.filter((node) => selected.includes(node.name)),
  };
  if (options.json === true) printResult({ ...plan, ...countFindings(loaded.diagnostics, loaded.sources) });
  else printLine(formatPlan(plan, { hasFiles: options.files === true }).trimEnd());
}
