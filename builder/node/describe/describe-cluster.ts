import type { Cluster, ClusterWifi } from '../../cluster/model/cluster.ts';
import type { PlannedCluster, PlannedWifi } from './plan.ts';

/** The cluster as a plan shows it: without Wi-Fi password, ssh keys and token. */
export function describeCluster(cluster: Cluster, id: string | null): PlannedCluster {
  const { network, swarm } = cluster;
  return {
    name: cluster.name,
    id,
    subnet: network.subnet,
    gateway: network.gateway,
    mtu: network.mtu,
    dns: network.dns,
    search: network.search,
    ntp: network.ntp,
    vlan: network.vlan,
    wifi: describeWifi(network.wifi),
    vip: cluster.vip,
    timezone: cluster.timezone,
    locale: cluster.locale,
    keyboard: cluster.keyboard,
    users: cluster.users.map(({ name, sudo, authorizedKeys }) => ({
      name,
      sudo,
      keys: authorizedKeys.length,
    })),
    storage: cluster.storage,
    swarm: {
      addressPools: swarm.addressPools,
      subnetPrefixLength: swarm.subnetPrefixLength,
      dataPathPort: swarm.dataPathPort,
      certificateDays: swarm.certificateDays,
    },
    joins: swarm.joinExisting?.addresses ?? [],
    openPorts: cluster.firewall.open,
    watchdog: cluster.watchdog,
    dtoverlays: cluster.dtoverlays,
    packages: cluster.packages,
    images: cluster.images.flatMap(({ images }) => images.flatMap(({ references }) => references)),
    stacks: cluster.stacks.map(({ name }) => name),
    variables: cluster.stacks.flatMap(({ name: stack, variables }) =>
      variables.map(({ name, file }) => ({ stack, name, file })),
    ),
  };
}

/** Wi-Fi as a plan shows it: without passwords. */
export function describeWifi(wifi: ClusterWifi | null): PlannedWifi | null {
  if (wifi === null) return null;
  const networks = wifi.networks.map(({ ssid, password, enterprise, hidden }) => ({
    ssid,
    open: password === null && enterprise === undefined,
    ...(enterprise !== undefined && {
      enterprise: { method: enterprise.method, identity: enterprise.identity },
    }),
    hidden,
  }));
  return { country: wifi.country, networks };
}
