import { traitsOf } from '../../cluster/model/base-traits.ts';
import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import { mayFillHomes } from '../../cluster/model/home.ts';
import { mountsStorage } from '../../cluster/model/gluster-support.ts';
import { networkOf } from '../../cluster/model/network-of.ts';
import type { Delivery } from '../delivery.ts';

/** Names of the overlays that a node gets. Where two have the same path, the later one wins. */
export function overlaysOf(cluster: Cluster, node: ClusterNode, delivery: Delivery): string[] {
  return [
    'common',
    'agent',
    'swarm',
    'hardening',
    ...(cluster.keyboard === null ? [] : ['keyboard']),
    ...(cluster.watchdog ? ['watchdog'] : []),
    ...(cluster.users.some(({ groups }) => groups.length > 0) ? ['user-groups'] : []),
    ...(mayFillHomes(cluster, node) ? ['user-homes'] : []),
    ...seedOverlays(node, delivery),
    ...(delivery.isVagrant ? ['vagrant'] : []),
    ...baseOverlays(cluster, node),
    ...(node.address === null ? ['dhcp'] : []),
    ...(networkOf(cluster, node).medium === 'wifi' ? wifiOverlays(node) : []),
    ...storageOverlays(cluster, node),
    ...(holdsVip(cluster, node) ? ['keepalived'] : []),
  ];
}

/** A seed on the boot partition is found by what its base's own configuration says. */
function seedOverlays(node: ClusterNode, delivery: Delivery): string[] {
  if (delivery.isSeeded) return ['node-seed'];
  return traitsOf(node).seed === 'root-directory' ? ['seed-directory'] : [];
}

/** An interface that the user names is taken as it is; otherwise it gets the name that the profile has for it. */
function baseOverlays(cluster: Cluster, node: ClusterNode): string[] {
  const { overlays: own, renamesInterfaces, networkVersion } = traitsOf(node);
  const hasDefault = renamesInterfaces && networkVersion === 2;
  const overlays = hasDefault ? [...own, 'no-default-network'] : own;
  if (node.mac !== null) return [...overlays, 'interface-by-mac'];
  const isNamedByUser = node.interface !== null && networkOf(cluster, node).medium !== 'wifi';
  return renamesInterfaces && !isNamedByUser ? [...overlays, 'wired-interface'] : [...overlays];
}

/** Raspberry Pi OS has its radio switched off in NetworkManager's state, until somebody names a country on the screen. */
function wifiOverlays(node: ClusterNode): string[] {
  return traitsOf(node).renderer === 'NetworkManager' ? ['wifi', 'wifi-network-manager'] : ['wifi'];
}

/** The virtual IP is the managers' business: only they can tell whether the swarm has quorum. */
export function holdsVip(cluster: Cluster, node: ClusterNode): boolean {
  return cluster.vip !== null && node.role === 'manager' && node.address !== null;
}

/** Only nodes with a brick are members of GlusterFS's pool, in which everyone talks to everyone. */
function storageOverlays(cluster: Cluster, node: ClusterNode): string[] {
  if (!mountsStorage(cluster, node)) return ['storage-none'];
  if (cluster.storage.type === 'nfs') return ['storage-mount', 'storage-nfs'];
  const part = node.storesData ? 'storage-glusterfs-server' : 'storage-glusterfs-client';
  return ['storage-mount', 'storage-glusterfs', part];
}
