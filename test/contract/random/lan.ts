import { formatIpv4, parseSubnet } from '../../../builder/cluster/values/ipv4.ts';
import type { Randomness } from '../../support/randomness.ts';

/** The network that one definition is most likely about: else hardly any of its addresses would fit together. */
export interface Lan {
  readonly subnet: string;
  address(random: Randomness): string;
}

const subnets = [
  '192.168.1.0/24',
  '10.0.0.0/24',
  '10.20.0.0/22',
  '172.16.0.0/12',
  '192.168.7.64/26',
  '10.9.8.0/28',
];

export function lanOf(random: Randomness): Lan {
  const subnet = random.pick(subnets);
  const { network, prefixLength } = parseSubnet(subnet) ?? { network: 0, prefixLength: 24 };
  const size = 2 ** (32 - prefixLength);
  return {
    subnet,
    // Near the beginning, where nodes, gateway and virtual IP meet.
    address: (one) => formatIpv4(network + one.between(one.chance(0.05) ? 0 : 1, Math.min(size - 1, 250))),
  };
}
