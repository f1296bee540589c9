import type { Cluster } from '../definition/cluster.ts';
import type { PlannedCluster } from './plan.ts';

/** What a plan says of the cluster itself: all of it but the Wi-Fi password, the ssh keys and the token. */
export function describeCluster(cluster: Cluster, id: string | null): PlannedCluster {
  const { network, swarm } = cluster;
  return {
    name: cluster.name,
    id,
    subnet: network.subnet,
    gateway: network.gateway,
    dns: network.dns,
    search: network.search,
    ntp: network.ntp,
    vlan: network.vlan,
    wifi: network.wifi === null ? null : { ssid: network.wifi.ssid, country: network.wifi.country },
    vip: cluster.vip,
    timezone: cluster.timezone,
    locale: cluster.locale,
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
  };
}
