import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { formatSubnet, overlaps, parseSubnet, type Ipv4Subnet } from '../values/ipv4.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Ports that Swarm itself takes on every node, over UDP or TCP. Source: Docker, "Getting started with swarm mode". */
const swarmPorts: Readonly<Record<number, string>> = {
  2377: 'the managers talk to each other on it',
  7946: 'the nodes find each other on it',
};

function poolsOf({ cluster }: RuleContext): { pool: Ipv4Subnet; index: number }[] {
  return cluster.swarm.addressPools.flatMap((text, index) => {
    const pool = parseSubnet(text);
    return pool === undefined ? [] : [{ pool, index }];
  });
}

function* poolOverlapsLan(context: RuleContext): Iterable<Diagnostic> {
  for (const { pool, index } of poolsOf(context)) {
    if (!overlaps(pool, context.lan)) continue;
    const message = `address pool ${formatSubnet(pool)} overlaps the local network ${formatSubnet(context.lan)}`;
    const hint =
      'containers could not reach the machines that have the same addresses; leave address_pools out to get one that is free';
    yield error('pool-overlaps-lan', context.locator.value(['swarm', 'address_pools', index]), message, hint);
  }
}

function* poolsOverlap(context: RuleContext): Iterable<Diagnostic> {
  // In order of their start, a pool that overlaps any earlier one overlaps the one that reaches furthest.
  let furthest: Ipv4Subnet | undefined;
  for (const { pool, index } of poolsOf(context).toSorted(
    (one, other) => one.pool.network - other.pool.network,
  )) {
    if (furthest !== undefined && overlaps(furthest, pool)) {
      const message = `address pool ${formatSubnet(pool)} overlaps ${formatSubnet(furthest)}`;
      yield error(
        'pools-overlap',
        context.locator.value(['swarm', 'address_pools', index]),
        message,
        'remove the smaller one',
      );
      if (pool.prefixLength >= furthest.prefixLength) continue;
    }
    furthest = pool;
  }
}

function* poolTooSmall(context: RuleContext): Iterable<Diagnostic> {
  const prefix = context.cluster.swarm.subnetPrefixLength;
  for (const { pool, index } of poolsOf(context)) {
    if (pool.prefixLength <= prefix) continue;
    const message = `address pool ${formatSubnet(pool)} is smaller than one overlay network, which is a /${prefix}`;
    const at = context.locator.value(['swarm', 'address_pools', index]);
    yield error(
      'pool-too-small',
      at,
      message,
      `use a larger pool, or set swarm.subnet_prefix to ${pool.prefixLength} or more`,
    );
  }
}

function* dataPathPortTaken({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { dataPathPort } = cluster.swarm;
  const use = swarmPorts[dataPathPort];
  if (use === undefined) return;
  yield error(
    'data-path-port-taken',
    locator.value(['swarm', 'data_path_port']),
    `port ${dataPathPort} belongs to Swarm: ${use}`,
    'leave it out to use 4789',
  );
}

const pools = 'swarm.address_pools';

/** Rules about the swarm's settings. */
export const swarmRules: readonly Rule[] = [
  { reads: [pools, 'network.subnet'], check: poolOverlapsLan },
  { reads: [pools], check: poolsOverlap },
  { reads: [pools, 'swarm.subnet_prefix'], check: poolTooSmall },
  { reads: ['swarm.data_path_port'], check: dataPathPortTaken },
];
