import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { dockerAddressPool } from '../values/docker-address-pool.ts';
import { error, warning } from '../../report/finding.ts';
import { formatSubnet, overlaps, parseIpv4, parseSubnet, type Ipv4Subnet } from '../values/ipv4.ts';
import { isIpv6 } from '../values/ipv6.ts';
import { shown } from '../../report/shown.ts';
import { composedFiles, dockersOf, isFilled, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A gateway, a balancer on each node and a service: a smaller network has no address left. */
const longestPrefix = 29;

/** A subnet that a network of a stack asks for. */
interface PlacedSubnet {
  readonly composed: ComposedFile;
  readonly at: Position | undefined;
  readonly network: string;
  readonly subnet: Ipv4Subnet;
}

function subnetsOf(context: RuleContext): PlacedSubnet[] {
  return composedFiles(context).flatMap((composed) =>
    composed.compose.content.subnets.flatMap(({ path, network, subnet }) => {
      const parsed = parseSubnet(subnet);
      return parsed === undefined ? [] : [{ composed, at: placeOf(composed, path), network, subnet: parsed }];
    }),
  );
}

/** Networks that dockerd refuses to make, and networks whose services never start. */
function* subnetMalformed(context: RuleContext): Iterable<Diagnostic> {
  // Older ones take an address for the subnet that it is in.
  const isStrict = dockersOf(context).some((docker) => docker === undefined || Number(docker) >= 25);
  for (const composed of composedFiles(context)) {
    for (const { path, subnet } of composed.compose.content.subnets) {
      if (!isFilled(composed, path)) continue;
      const at = placeOf(composed, path);
      const wrong = complaintAbout(subnet, isStrict);
      if (wrong !== undefined) yield error('stack-subnet-malformed', at, ...wrong);
      else if (isIpv6Subnet(subnet)) yield judgeIpv6(at, path.at(-2) === 0);
    }
  }
}

/** Docker takes addresses from the first subnet, and gives a service none of IPv6. */
function judgeIpv6(at: Position | undefined, isFirst: boolean): Diagnostic {
  const why = 'services of a stack get no IPv6 address';
  return isFirst
    ? error('stack-subnet-malformed', at, `${why}, and do not start with such a subnet`, example)
    : warning('stack-key-ignored', at, `this subnet does nothing: ${why}`);
}

function isIpv6Subnet(written: string): boolean {
  const [, address = '', prefix] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(written) ?? [];
  return isIpv6(address) && Number(prefix) <= 128;
}

const example = 'write it like 10.5.0.0/24';

function complaintAbout(written: string, isStrict: boolean): [message: string, hint: string] | undefined {
  const subnet = parseSubnet(written);
  if (subnet === undefined)
    return isIpv6Subnet(written) ? undefined : [`${shown(written)} is no subnet`, example];
  if (isStrict && parseIpv4(written.split('/', 1)[0] ?? '') !== subnet.network) {
    return [`${written} is an address in ${formatSubnet(subnet)}`, `write ${formatSubnet(subnet)}`];
  }
  return subnet.prefixLength > longestPrefix
    ? [
        `${written} has too few addresses for a service`,
        `the smallest network that works is a /${longestPrefix}`,
      ]
    : undefined;
}

function* subnetOverlaps(context: RuleContext): Iterable<Diagnostic> {
  const taken = takenSubnets(context);
  const seen: PlacedSubnet[] = [];
  for (const one of subnetsOf(context)) {
    const { at, network, subnet } = one;
    const node = taken.find((used) => overlaps(used.subnet, subnet));
    const other = seen.find((earlier) => overlaps(earlier.subnet, subnet) && !isSame(earlier, one));
    const by =
      node?.by ?? (other && `network ${shown(other.network)} of stack ${shown(other.composed.stack.name)}`);
    seen.push(one);
    if (by === undefined) continue;
    const message = `subnet ${formatSubnet(subnet)} of network ${shown(network)} overlaps ${by}`;
    const hint = 'choose another subnet, or remove ipam to get one that is free';
    yield error('stack-subnet-overlaps', at, message, hint);
  }
}

/** A later file of a stack may say the same of its network again. */
function isSame(one: PlacedSubnet, other: PlacedSubnet): boolean {
  const isInStack = one.composed.stack === other.composed.stack && one.network === other.network;
  return isInStack && one.composed.compose !== other.composed.compose;
}

/** Networks that get a subnet from Docker take the first that is free, and may come first. */
function* subnetInPool(context: RuleContext): Iterable<Diagnostic> {
  if (context.cluster.swarm.joinExisting !== null) return;
  const taken = takenSubnets(context);
  const pools = context.cluster.swarm.addressPools.flatMap((pool) => parseSubnet(pool) ?? []);
  for (const { at, network, subnet } of subnetsOf(context)) {
    const pool = pools.find((one) => overlaps(one, subnet));
    if (pool === undefined || taken.some((used) => overlaps(used.subnet, subnet))) continue;
    const message = `subnet ${formatSubnet(subnet)} of network ${shown(network)} is in ${formatSubnet(pool)}, from which the swarm gives subnets to other networks`;
    const hint =
      'choose one outside of swarm.address_pools: the stack waits for ever when another network has it';
    yield warning('stack-subnet-in-pool', at, message, hint);
  }
}

interface TakenSubnet {
  readonly subnet: Ipv4Subnet;
  readonly by: string;
}

/** The subnets that a node has before any stack. Source: Docker 20.10 and 26.1; held by test/contract/swarm-engine.test.ts. */
function takenSubnets({ cluster, lan }: RuleContext): TakenSubnet[] {
  const { bip, bridge } = cluster.docker;
  const own = parseSubnet(dockerAddressPool(cluster));
  const isElsewhere = bip !== undefined || bridge !== undefined;
  const bridges = isElsewhere ? ['docker_gwbridge'] : ['docker0', 'docker_gwbridge'];
  const bridged = typeof bip === 'string' ? parseSubnet(bip) : undefined;
  // A swarm that is there already has pools of its own.
  const pool = cluster.swarm.joinExisting === null ? cluster.swarm.addressPools[0] : undefined;
  const ingress = parseSubnet(pool ?? '');
  return [
    { subnet: lan, by: `the local network ${formatSubnet(lan)}` },
    ...(ingress === undefined ? [] : [ingressOf(ingress, cluster.swarm.subnetPrefixLength)]),
    ...(bridged === undefined
      ? []
      : [{ subnet: bridged, by: `${formatSubnet(bridged)}, which docker0 has on every node` }]),
    ...(own === undefined
      ? []
      : bridges.map((name, index) => {
          const subnet = { network: own.network + index * 256, prefixLength: 24 };
          return { subnet, by: `${formatSubnet(subnet)}, which ${name} has on every node` };
        })),
  ];
}

/** The swarm's own network gets the first subnet of the first pool. */
function ingressOf(pool: Ipv4Subnet, prefixLength: number): TakenSubnet {
  const subnet = { network: pool.network, prefixLength: Math.max(pool.prefixLength, prefixLength) };
  return { subnet, by: `${formatSubnet(subnet)}, which the swarm's own network has` };
}

const subnetTopics: Rule['reads'] = [
  'stacks',
  'network.subnet',
  'swarm.address_pools',
  'swarm.subnet_prefix',
  'swarm.join_existing',
  'docker',
];

/** Rules about the subnets that networks of stacks ask for. */
export const stackSubnetRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(subnetMalformed(context)) },
  { reads: subnetTopics, check: (context) => once(subnetOverlaps(context)) },
  { reads: subnetTopics, check: (context) => once(subnetInPool(context)) },
];
