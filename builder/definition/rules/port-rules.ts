import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Cluster } from '../cluster.ts';
import { error } from '../finding.ts';
import { shown } from '../shown.ts';
import type { Locator } from '../source/locator.ts';
import type { PublishedPort } from '../stacks/published-port.ts';
import { readStacks } from '../stacks/written-stack.ts';
import { statusPagePort } from '../status-page-port.ts';
import type { Rule, RuleContext } from './rule.ts';

interface Publication extends PublishedPort {
  readonly stack: string;
  readonly service: string;
  readonly locator: Locator;
}

function* publications({ written, lookUp }: RuleContext): Iterable<Publication> {
  for (const { name: stack, compose } of readStacks(written.stacks, lookUp)) {
    for (const { name: service, ports } of compose?.content.services ?? []) {
      for (const port of ports) yield { ...port, stack, service, locator: compose?.locator as Locator };
    }
  }
}

/** Two containers may have the same port of different nodes, but the swarm's own network has each port once. */
function* portsClash(context: RuleContext): Iterable<Diagnostic> {
  const taken = new Map<string, Publication>();
  for (const one of publications(context)) {
    const key = `${one.port}/${one.protocol}`;
    const other = taken.get(key);
    taken.set(key, other ?? one);
    if (other === undefined || !(one.isIngress || other.isIngress)) continue;
    const owner = `service ${shown(other.service)}${other.stack === one.stack ? '' : ` of stack ${shown(other.stack)}`}`;
    const at = one.locator.value(one.path);
    yield error(
      'stack-port-clash',
      at,
      `port ${key} is published by ${owner} already`,
      'choose another port',
    );
  }
}

/** A published port is taken before any program of the node sees it: publishing port 22 would end ssh. */
function* portTaken(context: RuleContext): Iterable<Diagnostic> {
  const taken = portsOfNodes(context.cluster);
  for (const { port, protocol, locator, path } of publications(context)) {
    const use = taken.get(`${port}/${protocol}`);
    if (use === undefined) continue;
    const message = `port ${port}/${protocol} belongs to the nodes: ${use}`;
    yield error('stack-port-taken', locator.value(path), message, 'publish another port');
  }
}

function portsOfNodes({ swarm, storage }: Cluster): ReadonlyMap<string, string> {
  return new Map([
    ['22/tcp', 'people and nodes log in on it'],
    ['2377/tcp', 'the managers talk to each other on it'],
    ['7946/tcp', 'the nodes find each other on it'],
    ['7946/udp', 'the nodes find each other on it'],
    [`${swarm.dataPathPort}/udp`, 'overlay networks use it'],
    [`${statusPagePort}/tcp`, 'the status page is there'],
    ...(storage.type === 'glusterfs' ? [['24007/tcp', 'GlusterFS uses it'] as const] : []),
  ]);
}

/** Rules about the ports that stacks publish. */
export const portRules: readonly Rule[] = [
  { reads: ['stacks'], check: portsClash },
  { reads: ['stacks', 'swarm.data_path_port', 'storage.type', 'profile', 'nodes'], check: portTaken },
];
