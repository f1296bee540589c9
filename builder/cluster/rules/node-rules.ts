import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { didYouMean } from '../../report/did-you-mean.ts';
import { error, warning } from '../../report/finding.ts';
import { isNumber } from '../values/name-formats.ts';
import { maxManagers } from '../model/swarm-roles.ts';
import { counted, listed, shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

const longestHostName = 63;

function* countWithNodes({ written, locator }: RuleContext): Iterable<Diagnostic> {
  if (written.count === undefined || written.nodes === undefined) return;
  const name = locator.name(['count']);
  const message = `${name} ${written.count} and a list of ${counted(written.nodes.length, 'node')}: the number of nodes is said twice`;
  yield error('count-with-nodes', locator.key(['count']), message, `leave out ${name}, or the list`);
}

function* nodeNameTwice({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const owners = new Map<string, number>();
  for (const { name, index } of cluster.nodes) {
    const folded = name.toLowerCase();
    const owner = owners.get(folded);
    if (owner === undefined) owners.set(folded, index);
    else
      yield error(
        'node-name-twice',
        placeOfName(locator, index, owner),
        `node ${index} has the same name as node ${owner}: ${name}`,
      );
  }
}

function placeOfName(locator: RuleContext['locator'], ...indexes: number[]): Position | undefined {
  const written = indexes.find((index) => locator.has(['nodes', index - 1, 'name']));
  return locator.value(['nodes', (written ?? indexes[0] ?? 1) - 1, 'name']);
}

function* nodeNameTooLong({ cluster, writtenNodes, locator }: RuleContext): Iterable<Diagnostic> {
  const node = cluster.nodes.findLast(
    ({ name, index }) => name.length > longestHostName && writtenNodes[index - 1]?.name === undefined,
  );
  if (node === undefined) return;
  const message = `the name of node ${node.index} would have ${node.name.length} characters, but a host name has at most ${longestHostName}`;
  yield error(
    'node-name-too-long',
    locator.value(['name']),
    message,
    'choose a shorter name for the cluster',
  );
}

/** Names that /etc/hosts of every node gives to something else. Source: Debian, netbase's hosts; RFC 6761 6.3. */
const takenNames: ReadonlyMap<string, string> = new Map([
  ['localhost', 'every machine for itself'],
  ['ip6-localhost', 'every machine for itself'],
  ['ip6-loopback', 'every machine for itself'],
  ['ip6-localnet', 'the IPv6 network of every machine'],
  ['ip6-mcastprefix', 'the addresses of IPv6 multicast'],
  ['ip6-allnodes', 'all machines of the network'],
  ['ip6-allrouters', 'all routers of the network'],
]);

function* nodeNameReserved({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  for (const { name, index } of cluster.nodes) {
    const owner = takenNames.get(name);
    const at = locator.value(['nodes', index - 1, 'name']);
    if (owner !== undefined) {
      yield error('node-name-reserved', at, `${name} is the name of ${owner}`, 'choose another name');
    } else if (isNumber(name)) {
      const message = `${shown(name)} is a number, and programs read a number as an IPv4 address`;
      yield error('node-name-number', at, message, `put letters into it, like node-${name}`);
    }
  }
}

function* noManager({ cluster, writtenNodes, locator }: RuleContext): Iterable<Diagnostic> {
  if (cluster.nodes.some((node) => node.role === 'manager')) return;
  const hint = writtenNodes.some((node) => node.dhcp !== true)
    ? 'make at least one node a manager; three survive the loss of one'
    : 'give at least one node a static address: managers cannot use DHCP';
  yield error(
    'no-manager',
    locator.key(['nodes']),
    'no node is a manager, so nothing would lead the swarm',
    hint,
  );
}

function* tooManyManagers({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const managers = cluster.nodes.filter((node) => node.role === 'manager');
  const first = managers[maxManagers];
  if (first === undefined) return;
  const hint = `make ${first.name} and the ones after it workers; five managers survive the loss of two`;
  yield error(
    'too-many-managers',
    locator.value(['nodes', first.index - 1, 'role']),
    `${managers.length} managers, but a swarm works with at most ${maxManagers}`,
    hint,
  );
}

function* evenManagers({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const managers = cluster.nodes.filter((node) => node.role === 'manager');
  const count = managers.length;
  if (count === 0 || count % 2 === 1 || count > maxManagers) return;
  const last = managers.at(-1);
  const survived = count === 2 ? 'none' : String((count - 2) / 2);
  const message = `${count} managers survive the loss of ${survived}, just as ${count - 1} would`;
  const hint = `make ${last?.name ?? 'one'} a worker${cluster.nodes.length > count ? ', or one of the workers a manager' : ''}`;
  yield warning('even-managers', locator.value(['nodes', (last?.index ?? 1) - 1, 'role']), message, hint);
}

function* managerWithDhcp({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  for (const node of cluster.nodes) {
    if (node.role !== 'manager' || node.address !== null) continue;
    const message = `manager ${node.name} has DHCP, but the address of a manager can never change`;
    yield error(
      'manager-with-dhcp',
      locator.key(['nodes', node.index - 1, 'dhcp']),
      message,
      'take dhcp out, or make it a worker',
    );
  }
}

function* nodeUnknown({ cluster, selection }: RuleContext): Iterable<Diagnostic> {
  const names = new Set(cluster.nodes.map((node) => node.name));
  for (const { text, at } of selection) {
    if (names.has(text)) continue;
    const meant = didYouMean(text, names);
    const known =
      names.size <= 10
        ? `the nodes are ${listed([...names])}`
        : `there are ${names.size} nodes, ${[...names][0]} to ${[...names].at(-1)}`;
    yield error(
      'node-unknown',
      at,
      `the cluster has no node ${shown(text)}`,
      meant === undefined ? known : `did you mean ${meant}? ${known}`,
    );
  }
}

/** Rules about the nodes: how many, their names, their roles. */
export const nodeRules: readonly Rule[] = [
  { reads: ['count', 'nodes'], check: countWithNodes },
  { reads: ['name', 'nodes', 'count'], check: nodeNameTwice },
  { reads: ['name', 'nodes', 'count'], check: nodeNameTooLong },
  { reads: ['nodes'], check: nodeNameReserved },
  { reads: ['nodes'], check: noManager },
  { reads: ['nodes'], check: tooManyManagers },
  { reads: ['nodes'], check: evenManagers },
  { reads: ['nodes'], check: managerWithDhcp },
  { reads: ['name', 'nodes', 'count'], check: nodeUnknown },
];
