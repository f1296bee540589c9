import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import { traitsOf } from '../../cluster/model/base-traits.ts';
import { mountsStorage } from '../../cluster/model/gluster-support.ts';
import { upgradeTime } from './upgrade-time.ts';
import { enterpriseAuth } from './enterprise-auth.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import { networkOf } from '../../cluster/model/network-of.ts';
import { holdsVip } from '../overlay/overlays-of.ts';
import { identityOf, storageContext, type ClusterContext } from './cluster-context.ts';

/** Template values of one node: the cluster's and its own. Takes no time that grows with the cluster. */
export function nodeContext(
  cluster: Cluster,
  node: ClusterNode,
  shared: ClusterContext,
  identities: ClusterIdentities,
) {
  const identity = identityOf(identities, node);
  const network = networkOf(cluster, node);
  const base = traitsOf(node);
  return {
    ...shared,
    storage: mountsStorage(cluster, node) ? shared.storage : noStorage,
    node: {
      name: node.name,
      index: node.index,
      role: node.role,
      address: node.address,
      address_with_prefix: node.address === null ? null : `${node.address}/${cluster.network.prefixLength}`,
      interface: network.interface,
      wired_interface: network.wiredInterface,
      uses_wire: network.medium === 'wire',
      uses_vlan: network.medium === 'vlan',
      uses_wifi: network.medium === 'wifi',
      mac: node.mac,
      // Without the VLAN on it.
      lan_interface: network.medium === 'wifi' ? network.interface : network.wiredInterface,
      wifi: wifiContext(node),
      disk: node.disk,
      stores_data: node.storesData,
      gluster_uuid: identity.glusterUuid,
      upgrade_time: upgradeTime(node.index, cluster.nodes.length),
      ...vipContext(cluster, node),
    },
    base: { renderer: base.renderer, grown_by_cloud_init: base.isGrownByCloudInit },
    ssh: {
      ...shared.ssh,
      host_private_key: identity.sshHostKey.privateKey,
      host_public_key: identity.sshHostKey.publicKey,
      client_private_key: identity.sshClientKey.privateKey,
      client_public_key: identity.sshClientKey.publicKey,
      host_certificate: identity.sshHostCertificate,
      client_certificate: identity.sshClientCertificate,
    },
    tls: { ...shared.tls, private_key: identity.tls.keyPem, certificate: identity.tls.certificatePem },
  };
}

const noStorage = storageContext({ storage: { type: 'none' }, nodes: [] });

/** Each network with its settings as netplan has them; one without any is open. */
function wifiContext(node: ClusterNode) {
  if (node.wifi === null) return null;
  const { renderer } = traitsOf(node);
  const networks = node.wifi.networks.map(({ ssid, password, enterprise, hidden }) => ({
    ssid,
    settings: {
      ...(password !== null && { password }),
      ...(enterprise !== undefined && { auth: enterpriseAuth(enterprise, renderer) }),
      ...(hidden && { hidden }),
    },
  }));
  return { country: node.wifi.country, networks };
}

/** Managers are at most seven, so their order spans 12, less than the 20 that the holder of the address is raised by. */
const highestPriority = 150;
const priorityStep = 2;

function vipContext(cluster: Cluster, node: ClusterNode) {
  if (!holdsVip(cluster, node)) return { vip_priority: null, vip_peers: [] };
  const candidates = cluster.nodes.filter((candidate) => holdsVip(cluster, candidate));
  return {
    vip_priority: highestPriority - priorityStep * candidates.indexOf(node),
    vip_peers: candidates.filter((candidate) => candidate !== node).map(({ address }) => ({ address })),
  };
}
