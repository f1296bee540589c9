import { createHmac } from 'node:crypto';
import { isAddress } from '../../cluster/values/ipv6.ts';
import type { Cluster, ClusterNode, ClusterStorage, ClusterUser } from '../../cluster/model/cluster.ts';
import { statusPagePort } from '../../cluster/model/status-page-port.ts';
import type { ClusterIdentities, NodeIdentity } from '../../cluster/identity/identities.ts';
import { formatRevokedSshKeys } from '../../cluster/identity/revoked-keys.ts';
import { dockerDaemon } from './docker-daemon.ts';
import { glusterOperatingVersion } from './gluster-operating-version.ts';

/** Template values that are the same on all nodes, by the names that templates use. */
export type ClusterContext = ReturnType<typeof clusterContext>;

const mountPoint = '/mnt/cluster';
const brickDirectory = '/srv/brick/cluster';
const volume = 'cluster';

/** Makes the context of a cluster, once: it holds lists of all nodes. */
export function clusterContext(cluster: Cluster, identities: ClusterIdentities) {
  const { network, swarm } = cluster;
  const nodes = cluster.nodes.map(({ name, address }) => ({ name, address }));
  return {
    cluster: {
      name: cluster.name,
      id: identities.clusterId,
      timezone: cluster.timezone,
      // C.UTF-8 is in every image; false keeps cloud-init from asking for packages.
      generated_locale: /^(C|POSIX|C\.utf-?8)$/i.test(cluster.locale) ? false : cluster.locale,
    },
    keyboard: cluster.keyboard,
    network: {
      subnet: network.subnet,
      prefix_length: network.prefixLength,
      gateway: network.gateway,
      dns: network.dns,
      search: network.search,
      ntp: network.ntp,
      vlan: network.vlan,
      management_interface: network.managementInterface,
      mtu: network.mtu,
      has_router: network.managementInterface === null && network.gateway !== null,
      // In a machine with a second card its own network names the servers.
      has_names: network.managementInterface === null && network.dns.length + network.search.length > 0,
      // A name may stand for several servers, an address for one.
      time_sources: network.ntp.map((host) => ({
        directive: isAddress(host) ? 'server' : 'pool',
        host,
      })),
    },
    vip: {
      address: cluster.vip,
      router_id: identities.vrrpRouterId,
      password: vipPassword(identities.loginKey.privateKey),
    },
    swarm: {
      address_pools: swarm.addressPools,
      subnet_prefix_length: swarm.subnetPrefixLength,
      data_path_port: swarm.dataPathPort,
      encrypted: swarm.isEncrypted,
      certificate_hours: swarm.certificateDays * 24,
      join_addresses: swarm.joinExisting?.addresses ?? [],
    },
    firewall: { open: cluster.firewall.open, http_port: statusPagePort },
    storage: storageContext(cluster),
    docker: { daemon: dockerDaemon(cluster) },
    tls: { authority: identities.ca.certificatePem },
    ssh: {
      authority: identities.sshAuthority,
      revoked_keys: formatRevokedSshKeys(identities.roster.text),
    },
    roster: identities.roster,
    nodes: { with_address: nodes.filter(({ address }) => address !== null) },
    users: cluster.users.map((user) => userContext(user, identities)),
    groups: groupsBeside(cluster.users),
  };
}

/** The identity of a node; that one is missing is the caller's mistake. */
export function identityOf(identities: ClusterIdentities, node: ClusterNode): NodeIdentity {
  const identity = identities.nodes[node.name];
  if (identity === undefined) throw new Error(`${node.name} has no identity`);
  return identity;
}

/** Eight characters, all that keepalived takes: keepalived.conf(5), auth_pass. */
function vipPassword(key: string): string {
  const code = createHmac('sha256', key).update('password of the virtual IP').digest('base64');
  return code.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 8);
}

/** Storage settings as a node gets them. */
export function storageContext(cluster: Pick<Cluster, 'storage' | 'nodes'>) {
  const { storage } = cluster;
  const glusterfs = storage.type === 'glusterfs';
  const nfs: Partial<Extract<ClusterStorage, { type: 'nfs' }>> = storage.type === 'nfs' ? storage : {};
  const members = cluster.nodes.filter((node) => glusterfs && node.storesData);
  return {
    type: storage.type,
    shared: storage.type !== 'none',
    mount_point: storage.type === 'none' ? null : mountPoint,
    wait_seconds: storage.type === 'none' ? null : storage.waitSeconds,
    volume: glusterfs ? volume : null,
    brick_directory: glusterfs ? brickDirectory : null,
    operating_version: glusterOperatingVersion(members),
    nfs_server: nfs.server ?? null,
    nfs_path: nfs.path ?? null,
    nfs_options: nfs.options ?? null,
  };
}

function userContext(user: ClusterUser, identities: ClusterIdentities) {
  return {
    name: user.name,
    uid: user.uid,
    shell: user.shell,
    // Whoever may become root may also use Docker, which is the same.
    groups: [...new Set([...(user.sudo ? ['sudo', 'docker'] : []), ...user.groups])],
    sudo: user.sudo ? 'ALL=(ALL) NOPASSWD:ALL' : false,
    authorized_keys: user.authorizedKeys.length > 0 ? user.authorizedKeys : [identities.loginKey.publicKey],
  };
}

/** All groups that users are in, but for the own groups of users: useradd makes those. */
function groupsBeside(users: readonly ClusterUser[]): string[] {
  const own = new Set(users.map(({ name }) => name));
  return [...new Set(users.flatMap(({ groups }) => groups))].filter((name) => !own.has(name));
}
