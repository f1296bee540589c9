import { boardWith } from '../model/base-traits.ts';
import type { BoardLookup } from './board-lookup.ts';
import type { ClusterBase, ClusterWifi, Role } from '../model/cluster.ts';
import type { ClusterDefinition, NodeDefinition } from '../generated/cluster.ts';
import type { Profile } from '../generated/profile.ts';
import { defaultManagerCount } from '../model/swarm-roles.ts';
import { resolveWifi } from './resolve-wifi.ts';
import { automaticAddresses, firstAddressOf, type ResolvedNetwork } from './resolve-network.ts';

/** A node before it is known whether it stores data. */
export interface ResolvedNode {
  readonly index: number;
  readonly name: string;
  readonly role: Role;
  readonly address: string | null;
  readonly profileName: string;
  readonly profile: Profile;
  readonly base: ClusterBase;
  readonly interface: string | null;
  readonly mac: string | null;
  readonly wifi: ClusterWifi | null;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Fills in the nodes: names, roles, addresses, boards. A node for which the subnet has no address left keeps the
 * empty address; the rule `too-few-addresses` reports it.
 */
export function resolveNodes(
  written: ClusterDefinition,
  nodes: readonly NodeDefinition[],
  clusterName: string,
  lan: ResolvedNetwork,
  boards: BoardLookup,
): ResolvedNode[] {
  const addresses = automaticAddresses(nodes.length, firstAddressOf(written, lan.lan), lan.lan, [
    lan.network.gateway,
    lan.vip,
  ]);
  const roles = resolveRoles(nodes);
  return nodes.map((node, index) => ({
    index: index + 1,
    name: node.name ?? `${clusterName}-${index + 1}`,
    role: roles[index] ?? 'worker',
    address: node.dhcp === true ? null : (node.address ?? addresses[index] ?? ''),
    profileName: boards.profileNameOf(node),
    ...boardOf(boards, node, index),
    ...linkOf(written, node, lan.network.wifi),
    labels: node.labels ?? {},
  }));
}

/** The name on the node of an interface that is known by its hardware address. */
const interfaceByMac = 'lan0';

/** What the cluster says of its interface is about a cable or about Wi-Fi, so it is not for a node that says otherwise. */
function linkOf(
  { network }: ClusterDefinition,
  node: NodeDefinition,
  clusterWifi: ClusterWifi | null,
): Pick<ResolvedNode, 'interface' | 'mac' | 'wifi'> {
  const wifi = node.wifi === undefined ? clusterWifi : resolveWifi(node.wifi);
  const isAsTheCluster = (wifi === null) === (clusterWifi === null);
  const named = node.mac === undefined ? undefined : interfaceByMac;
  return {
    interface: node.interface ?? named ?? (isAsTheCluster ? network?.interface : undefined) ?? null,
    mac: node.mac?.toLowerCase() ?? null,
    wifi,
  };
}

/** Base and board go together: a board that runs two architectures has the one that its base is made for. */
function boardOf(
  boards: BoardLookup,
  node: NodeDefinition,
  index: number,
): Pick<ResolvedNode, 'base' | 'profile'> {
  const base = boards.baseOf(node, index);
  const profile = boards.profileOf(node);
  return { base, profile: base.from === 'definition' ? boardWith(profile, base.definition) : profile };
}

/** The roles that are written stay; the first of the others become managers until there are as many as there should be. */
function resolveRoles(nodes: readonly NodeDefinition[]): Role[] {
  let missing = defaultManagerCount(nodes.length) - nodes.filter((node) => node.role === 'manager').length;
  return nodes.map((node) => {
    if (node.role !== undefined) return node.role;
    if (node.dhcp === true || missing <= 0) return 'worker';
    missing -= 1;
    return 'manager';
  });
}
