import type { Cluster } from '../model/cluster.ts';
import { overlaps, parseSubnet, type Ipv4Subnet } from './ipv4.ts';

/** Private ranges of 1,024 networks of 24 bits each, those that Docker itself prefers first. */
const candidates = [
  '172.16.0.0/14',
  '172.20.0.0/14',
  '172.24.0.0/14',
  '172.28.0.0/14',
  '10.240.0.0/14',
  '10.96.0.0/14',
  '198.18.0.0/15',
];

/**
 * The range from which Docker takes addresses for networks on the node itself (docker0, docker_gwbridge). Docker's own
 * default holds 192.168.0.0/16, so a node could cut itself off its LAN.
 */
export function dockerAddressPool(cluster: Cluster): string {
  const taken = [cluster.network.subnet, ...cluster.swarm.addressPools].map(subnetOf);
  const free = candidates.find((candidate) => taken.every((used) => !overlaps(used, subnetOf(candidate))));
  // Swarm pools that cover all of these leave little else; the last is hardly ever routed anywhere.
  return free ?? candidates[candidates.length - 1] ?? '';
}

function subnetOf(text: string): Ipv4Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new Error(`${text} is no subnet`);
  return subnet;
}
