import type { ClusterSwarm } from '../cluster.ts';
import { defaults, poolCandidates } from '../defaults.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import { overlaps, parseSubnet, type Ipv4Subnet } from '../ipv4.ts';
import type { UseDefault } from './use-default.ts';

/** Fills in the swarm's settings; the default pool is the first candidate that does not touch the local network. */
export function resolveSwarm(written: ClusterDefinition, lan: Ipv4Subnet, use: UseDefault): ClusterSwarm {
  const swarm = written.swarm ?? {};
  return {
    addressPools: swarm.address_pools ?? [use('swarm.address_pools', defaultPool(lan))],
    subnetPrefixLength: swarm.subnet_prefix ?? defaults.subnetPrefixLength,
    dataPathPort: swarm.data_path_port ?? defaults.dataPathPort,
    certificateDays: swarm.certificate_days ?? defaults.certificateDays,
    joinExisting: null,
  };
}

function defaultPool(lan: Ipv4Subnet): string {
  const [first, second] = poolCandidates;
  const pool = parseSubnet(first);
  return pool !== undefined && overlaps(pool, lan) ? second : first;
}
