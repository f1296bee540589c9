import type { ClusterSwarm } from '../model/cluster.ts';
import { defaults, poolCandidates } from '../model/defaults.ts';
import type { LookUpPath } from '../model/environment.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import { overlaps, parseSubnet, type Ipv4Subnet } from '../values/ipv4.ts';
import type { UseDefault } from './use-default.ts';

/** Fills in the swarm's settings; the default pool is the first candidate that does not touch the local network. */
export function resolveSwarm(
  written: ClusterDefinition,
  lan: Ipv4Subnet,
  lookUp: LookUpPath,
  use: UseDefault,
): ClusterSwarm {
  const swarm = written.swarm ?? {};
  return {
    addressPools: swarm.address_pools ?? [use('swarm.address_pools', defaultPool(lan))],
    subnetPrefixLength: swarm.subnet_prefix ?? defaults.subnetPrefixLength,
    dataPathPort: swarm.data_path_port ?? defaults.dataPathPort,
    certificateDays: swarm.certificate_days ?? defaults.certificateDays,
    isEncrypted: swarm.encrypted ?? defaults.isEncrypted,
    networks: swarm.networks ?? [],
    joinExisting: resolveJoin(written, lookUp),
  };
}

/** The token in the text of its file, or undefined when there is none. Source: swarmkit, ca.GenerateJoinToken. */
export function parseToken(text: string | undefined): string | undefined {
  return /^\s*(SWMTKN-[12]-(?:[01]-)?[0-9a-z]{50}-[0-9a-z]{25})\s*$/.exec(text ?? '')?.[1];
}

function resolveJoin({ swarm }: ClusterDefinition, lookUp: LookUpPath): ClusterSwarm['joinExisting'] {
  const join = swarm?.join_existing;
  if (join === undefined) return null;
  const found = lookUp({ purpose: 'token', written: join.token_file, from: 'definition' });
  return { addresses: [...join.addresses], token: parseToken(found?.text) ?? '' };
}

function defaultPool(lan: Ipv4Subnet): string {
  const [first, second] = poolCandidates;
  const pool = parseSubnet(first);
  return pool !== undefined && overlaps(pool, lan) ? second : first;
}
