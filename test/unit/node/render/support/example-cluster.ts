import type {
  Cluster,
  ClusterNode,
  ClusterStorage,
  ClusterWifi,
} from '../../../../../builder/cluster/model/cluster.ts';
import type { BaseDefinition } from '../../../../../builder/cluster/generated/base.ts';
import type { Profile } from '../../../../../builder/cluster/generated/profile.ts';

const pi: Profile = {
  description: 'Raspberry Pi 3 Model B and B+',
  architecture: 'arm64',
  platform: 'raspberry-pi',
  memory_mb: 1024,
  interface: 'eth0',
  wifi_interface: 'wlan0',
  console: 'ttyS1,115200',
  bases: ['debian-13'],
  default_base: 'debian-13',
  default_storage: 'glusterfs',
};

const layout = { packages: [], image_size_mb: 2304, boot_size_mb: 256 };
const debian13: BaseDefinition = {
  description: 'Debian 13 trixie',
  build: { suite: 'trixie', components: ['main'], packages: [], stand_ins: [] },
  software: { cloud_init: '25.1', docker: '26.1', glusterfs: '11.1', keepalived: '2.3' },
  platforms: {
    'raspberry-pi-arm64': { ...layout, seed: 'boot-partition' },
    'pc-amd64': { ...layout, seed: 'root-directory' },
  },
};
const key = (of: string): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZha2UgZmFrZSBmYWtlIGZha2UgZmFrZSBmYWtl ${of}`;

const glusterfs: ClusterStorage = {
  type: 'glusterfs',
  replicas: 3,
  arbiter: false,
  disk: null,
  waitSeconds: 300,
};

/** A node in the given position of a cluster; a manager on a Raspberry Pi 3 with a static address and data unless said otherwise. */
export function exampleNode(index: number, settings: Partial<ClusterNode> = {}): ClusterNode {
  return {
    index,
    name: `pi3-${index}`,
    role: 'manager',
    address: `192.168.${1 + Math.floor((index + 100) / 250)}.${(index + 100) % 250}`,
    profileName: 'pi3',
    profile: pi,
    base: { from: 'definition', name: 'debian-13', definition: debian13, image: null },
    interface: null,
    mac: null,
    wifi: null,
    labels: {},
    storesData: true,
    disk: null,
    arbiter: false,
    ...settings,
  };
}

/** `dlimage build --profile pi3 --count 4` on the default network: three managers, which store the data, and a worker. */
export function defaultCluster(settings: Partial<Cluster> = {}): Cluster {
  const nodes = [1, 2, 3].map((index) => exampleNode(index));
  return {
    name: 'pi3',
    nodes: [...nodes, exampleNode(4, { role: 'worker', storesData: false })],
    network: {
      subnet: '192.168.1.0/24',
      prefixLength: 24,
      gateway: '192.168.1.1',
      dns: ['192.168.1.1'],
      ntp: ['2.debian.pool.ntp.org'],
      search: [],
      mtu: null,
      managementInterface: null,
      vlan: null,
      wifi: null,
    },
    vip: '192.168.1.253',
    users: [
      {
        name: 'dlimage',
        uid: 1000,
        authorizedKeys: [key('anna@laptop')],
        sudo: true,
        groups: [],
        shell: '/bin/bash',
      },
    ],
    timezone: 'Europe/Berlin',
    locale: 'C.UTF-8',
    keyboard: null,
    storage: glusterfs,
    swarm: {
      addressPools: ['10.16.0.0/12'],
      subnetPrefixLength: 24,
      isEncrypted: false,
      dataPathPort: 4789,
      certificateDays: 3650,
      networks: [],
      joinExisting: null,
    },
    firewall: { open: [] },
    docker: {},
    watchdog: true,
    dtoverlays: [],
    packages: [],
    files: [],
    images: [],
    stacks: [],
    ...settings,
  };
}

/** The same cluster with all of its nodes on Wi-Fi. */
export function wifiCluster(): Cluster {
  const cluster = defaultCluster();
  const networks = [{ ssid: 'attic', password: 'correct horse', hidden: false }];
  const wifi: ClusterWifi = { country: 'DE', networks };
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) => ({ ...node, wifi })),
    network: { ...cluster.network, wifi },
  };
}
