import type { ClusterNetwork } from '../model/cluster.ts';
import { defaults } from '../model/defaults.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import {
  broadcastAddress,
  contains,
  formatIpv4,
  parseIpv4,
  parseSubnet,
  type Ipv4,
  type Ipv4Subnet,
} from '../values/ipv4.ts';
import { resolveWifi } from './resolve-wifi.ts';
import type { UseDefault } from './use-default.ts';

/** Default addresses in a subnet: number 101 on for nodes and 253 for the virtual IP, if it is large enough. */
const firstNodeNumber = 101;
const vipNumber = 253;
const roomyPrefixLength = 24;

/** The local network with every default filled in, and the numbers that addresses are made from. */
export interface ResolvedNetwork {
  readonly network: ClusterNetwork;
  readonly vip: string | null;
  readonly lan: Ipv4Subnet;
}

/** Fills in the network. Defaults count from the start of the subnet; nothing is checked. */
export function resolveNetwork(written: ClusterDefinition, use: UseDefault): ResolvedNetwork {
  const network = written.network ?? {};
  const subnet = network.subnet ?? use('network.subnet', defaults.subnet);
  const lan = parseSubnet(subnet) ?? { network: 0, prefixLength: 0 };
  const gateway =
    network.gateway === false
      ? null
      : (network.gateway ?? use('network.gateway', formatIpv4(lan.network + 1)));
  const dns = network.dns ?? (gateway === null ? [] : [use('network.dns', gateway)]);
  return {
    lan,
    vip: written.vip === false ? null : (written.vip ?? use('vip', defaultVip(lan))),
    network: {
      subnet,
      prefixLength: lan.prefixLength,
      gateway,
      dns: [...dns],
      ntp: network.ntp ?? [],
      search: network.search ?? [],
      mtu: network.mtu ?? null,
      managementInterface: null,
      vlan: network.vlan ?? null,
      wifi: resolveWifi(network.wifi),
    },
  };
}

function defaultVip(lan: Ipv4Subnet): string {
  return formatIpv4(isRoomy(lan) ? lan.network + vipNumber : broadcastAddress(lan) - 1);
}

/** The address that automatic addresses start from. */
export function firstAddressOf(written: ClusterDefinition, lan: Ipv4Subnet): Ipv4 {
  const first = written.network?.first_address;
  return parseIpv4(first ?? '') ?? lan.network + (isRoomy(lan) ? firstNodeNumber : 2);
}

function isRoomy(lan: Ipv4Subnet): boolean {
  return lan.prefixLength <= roomyPrefixLength;
}

/**
 * The automatic addresses of so many nodes: consecutive from `first`, with the gateway and the virtual IP left out.
 * The nth node always has the nth of them, even if another node has an address of its own: managers can never change
 * theirs, so nothing that is said about one node may move another. Fewer are returned when the subnet ends.
 */
export function automaticAddresses(
  count: number,
  first: Ipv4,
  lan: Ipv4Subnet,
  taken: readonly (string | null)[],
): string[] {
  const skipped = new Set(taken);
  const addresses: string[] = [];
  for (
    let next = first;
    addresses.length < count && next < broadcastAddress(lan) && contains(lan, next);
    next += 1
  ) {
    const address = formatIpv4(next);
    if (next !== lan.network && !skipped.has(address)) addresses.push(address);
  }
  return addresses;
}
