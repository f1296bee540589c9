import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Cluster } from '../model/cluster.ts';
import { error, warning } from '../../report/finding.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { shown } from '../../report/shown.ts';
import { meets, parseConstraint, type PlacementConstraint } from '../stacks/placement-constraint.ts';
import { composedFiles, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import { propertiesOf, storageLabel } from './node-properties.ts';
import type { Rule, RuleContext } from './rule.ts';

const properties = [
  'node.id',
  'node.hostname',
  'node.ip',
  'node.role',
  'node.platform.os',
  'node.platform.arch',
];

interface PlacedConstraint {
  readonly composed: ComposedFile;
  readonly path: readonly (string | number)[];
  readonly text: string;
}

function constraintsOf(context: RuleContext): PlacedConstraint[][] {
  return composedFiles(context).flatMap((composed) =>
    composed.compose.content.services.map(({ constraints }) =>
      constraints.map(({ path, text }) => ({ composed, path, text })),
    ),
  );
}

function* constraintMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, text } of constraintsOf(context).flat()) {
    const parsed = parseConstraint(text);
    const at = placeOf(composed, path);
    if ('wrong' in parsed) {
      const hint = 'write it like node.labels.disk == ssd, or node.role != manager';
      yield error(
        'stack-constraint-malformed',
        at,
        `Docker refuses the constraint ${shown(text)}: ${parsed.wrong}`,
        hint,
      );
    } else if (
      !/^(?:node\.labels|engine\.labels)\../i.test(parsed.key) &&
      !properties.includes(parsed.key.toLowerCase())
    ) {
      const hint =
        didYouMeanHint(parsed.key, properties) ?? `nodes have ${properties.join(', ')}, and node.labels.NAME`;
      yield error(
        'stack-constraint-malformed',
        at,
        `no node has a property ${shown(parsed.key)}, so none fits`,
        hint,
      );
    }
  }
}

function* constraintUnmet(context: RuleContext): Iterable<Diagnostic> {
  const { cluster } = context;
  const { nodes, swarm } = cluster;
  if (swarm.joinExisting !== null) return;
  for (const constraints of constraintsOf(context)) {
    const parsed = constraints.flatMap((one) => {
      const constraint = parseConstraint(one.text);
      return 'wrong' in constraint ? [] : [{ ...one, constraint }];
    });
    const fits = (some: typeof parsed) =>
      nodes.some((node) => some.every(({ constraint }) => meets(constraint, propertiesOf(cluster, node))));
    const unmet = parsed.filter((one) => !fits([one]));
    for (const { composed, path, text, constraint } of unmet) {
      const message = `no node of this cluster meets ${shown(text)}, so the service never starts`;
      yield warning('stack-constraint-unmet', placeOf(composed, path), message, hintFor(constraint, cluster));
    }
    const [first] = parsed;
    if (first !== undefined && unmet.length === 0 && !fits(parsed)) {
      const path = first.path.slice(0, -1);
      const message = 'no node of this cluster meets all of these constraints, so the service never starts';
      yield warning('stack-constraint-unmet', first.composed.compose.locator.key(path), message);
    }
  }
}

function hintFor({ key, value }: PlacementConstraint, cluster: Cluster): string {
  const label = /^node\.labels\.(.+)$/i.exec(key)?.[1];
  if (label === storageLabel)
    return 'nodes get this label where they mount the shared storage: set storage.type';
  if (label !== undefined) return `give the label to a node in cluster.yaml: labels: { ${label}: ${value} }`;
  const all = new Set(cluster.nodes.flatMap((node) => propertiesOf(cluster, node)(key) ?? []));
  return didYouMeanHint(value, all) ?? `the nodes have ${[...all].slice(0, 8).join(', ')}`;
}

/** Rules about where services may run. */
export const stackPlacementRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(constraintMalformed(context)) },
  {
    reads: ['stacks', 'nodes', 'count', 'name', 'profile', 'swarm.join_existing'],
    check: (context) => once(constraintUnmet(context)),
  },
];
