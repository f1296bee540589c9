import type { Cluster, ClusterNode } from '../definition/cluster.ts';

/** How a node is on the LAN. */
export interface NodeNetwork {
  readonly medium: 'wire' | 'vlan' | 'wifi';
  /** The interface with the node's address. */
  readonly interface: string;
  /** The wired interface, with or without an address of its own. */
  readonly wiredInterface: string;
}

/** Which interface carries the node's address. Rules see to it that a VLAN is on a cable, and Wi-Fi on boards that have it. */
export function networkOf(cluster: Cluster, node: ClusterNode): NodeNetwork {
  const { network } = cluster;
  const wiredInterface = network.interface ?? node.profile.interface;
  if (network.wifi !== null && node.profile.wifi_interface !== undefined) {
    return { medium: 'wifi', interface: node.profile.wifi_interface, wiredInterface };
  }
  if (network.vlan !== null) {
    return { medium: 'vlan', interface: `${wiredInterface}.${network.vlan}`, wiredInterface };
  }
  return { medium: 'wire', interface: wiredInterface, wiredInterface };
}
