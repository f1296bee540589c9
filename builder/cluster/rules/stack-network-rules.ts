import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import { resourceName } from '../stacks/resource-name.ts';
import { composedFiles, once, stacksOf } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Networks that every node or every swarm has. */
const builtIn: ReadonlySet<string> = new Set(['bridge', 'default', 'host', 'ingress', 'none']);

/** Sections that Docker looks for in the same set of files: a service may use only what its stack names. */
function* useUnknown(context: RuleContext): Iterable<Diagnostic> {
  for (const { files } of stacksOf(context)) {
    const contents = files.flatMap(({ compose }) => (compose === undefined ? [] : [compose.content]));
    if (contents.length < files.length) continue;
    const known = new Set(
      contents.flatMap(({ resources }) => resources.map(({ kind, key }) => `${kind} ${key}`)),
    );
    for (const { compose } of files) {
      for (const { name, uses } of compose?.content.services ?? []) {
        for (const { kind, path, key } of uses) {
          if (known.has(`${kind} ${key}`) || (kind === 'network' && key === 'default')) continue;
          const message = `service ${shown(name)} uses ${kind} ${shown(key)}, which the stack does not have`;
          yield error(
            'stack-use-unknown',
            compose?.locator.value(path),
            message,
            `add ${kind}s: { ${key}: ${example[kind]} } to the file`,
          );
        }
      }
    }
  }
}

const example = {
  network: '{}',
  volume: '{}',
  config: '{ file: ./FILE }',
  secret: '{ file: ./FILE }',
} as const;

function* externalMissing(context: RuleContext): Iterable<Diagnostic> {
  // A swarm that is there already may have anything.
  if (context.cluster.swarm.joinExisting !== null) return;
  const made = madeByStacks(context);
  for (const composed of composedFiles(context)) {
    for (const resource of composed.compose.content.resources) {
      const { kind, key, path, isExternal } = resource;
      const name = resource.name ?? key;
      // A volume is made on each node as it is needed.
      if (!isExternal || kind === 'volume' || made.has(`${kind} ${name}`)) continue;
      if (kind === 'network' && builtIn.has(name)) continue;
      const message = `nothing makes ${kind} ${shown(name)}, and the stack waits until it is there`;
      const hint =
        kind === 'network'
          ? `list it in cluster.yaml: swarm: { networks: [${name}] }`
          : `write file: ./FILE instead of external, or run docker ${kind} create on a manager after the first boot`;
      yield warning('stack-external-missing', composed.compose.locator.key(path), message, hint);
    }
  }
}

function madeByStacks(context: RuleContext): ReadonlySet<string> {
  const shared = context.cluster.swarm.networks.map((name) => `network ${name}`);
  const own = composedFiles(context).flatMap(({ stack, compose }) =>
    compose.content.resources
      .filter(({ isExternal }) => !isExternal)
      .map((resource) => `${resource.kind} ${resourceName(stack.name, resource)}`),
  );
  return new Set([...shared, ...own]);
}

/** Rules about networks of stacks, and about what stacks take from elsewhere. */
export const stackNetworkRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(useUnknown(context)) },
  {
    reads: ['stacks', 'swarm.networks', 'swarm.join_existing'],
    check: (context) => once(externalMissing(context)),
  },
];
