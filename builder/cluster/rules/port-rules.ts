import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Cluster } from '../model/cluster.ts';
import { error, warning } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { Locator } from '../source/locator.ts';
import type { PublishedPort } from '../stacks/published-port.ts';
import { statusPagePort } from '../model/status-page-port.ts';
import { composedFiles, once, placeOf } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

interface Publication extends PublishedPort {
  readonly stack: string;
  readonly service: string;
  readonly locator: Locator;
}

function publications(context: RuleContext): Publication[] {
  return composedFiles(context).flatMap(({ stack, compose }) =>
    compose.content.ports.flatMap(({ service, published }) =>
      published.map((port) => ({ ...port, stack: stack.name, service, locator: compose.locator })),
    ),
  );
}

function* portMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    for (const { path, wrong, address } of composed.compose.content.ports) {
      const at = placeOf(composed, path);
      if (wrong !== undefined) {
        const hint = "write it like '8080:80', '53:53/udp', or { published: 8080, target: 80 }";
        yield error('stack-port-malformed', at, `Docker refuses this port: ${wrong}`, hint);
      } else if (address !== undefined) {
        const message = `a swarm ignores ${address}: everybody who reaches a node reaches the port`;
        const hint = 'remove the port if it is for other services only; they reach each other without it';
        yield warning('stack-port-address', at, message, hint);
      }
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
    // A later file of the stack may say the same again.
    if (other.stack === one.stack && other.service === one.service && other.locator !== one.locator) continue;
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
  { reads: ['stacks'], check: (context) => once(portMalformed(context)) },
  { reads: ['stacks'], check: portsClash },
  { reads: ['stacks', 'swarm.data_path_port', 'storage.type', 'profile', 'nodes'], check: portTaken },
];
