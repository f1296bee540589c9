import type { Cluster, ClusterNode } from './cluster.ts';

/** Connection of a node to the LAN. */
export interface NodeNetwork {
  readonly medium: 'wire' | 'vlan' | 'wifi';
  /** The interface with the node's address. */
  readonly interface: string;
  /** The wired interface, with or without an address of its own. */
  readonly wiredInterface: string;
}

/** Longest name of an interface. Source: Linux, IFNAMSIZ without the final zero. */
const longestInterfaceName = 15;

/**
 * Which interface carries the node's address. An interface that the definition names is the one that is used: a Wi-Fi
 * adapter where there is Wi-Fi. Rules see to it that a VLAN is on a cable, and Wi-Fi on boards that have it.
 */
export function networkOf(cluster: Cluster, node: ClusterNode): NodeNetwork {
  const { network } = cluster;
  const wifiInterface = node.interface ?? node.profile.wifi_interface;
  if (node.wifi !== null && wifiInterface !== undefined) {
    return { medium: 'wifi', interface: wifiInterface, wiredInterface: node.profile.interface };
  }
  const wiredInterface = node.interface ?? node.profile.interface;
  if (network.vlan !== null) {
    return { medium: 'vlan', interface: nameOfVlan(wiredInterface, network.vlan), wiredInterface };
  }
  return { medium: 'wire', interface: wiredInterface, wiredInterface };
}

/** `eth0.20`, or `vlan20` where that would be too long. */
function nameOfVlan(wiredInterface: string, vlan: number): string {
  const name = `${wiredInterface}.${vlan}`;
  return name.length <= longestInterfaceName ? name : `vlan${vlan}`;
}
