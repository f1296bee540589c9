import { join } from 'node:path';
import type { Cluster, ClusterNode, ClusterStorage } from '../../../builder/definition/cluster.ts';
import type { BaseDefinition } from '../../../builder/definition/generated/base.ts';
import type { Profile } from '../../../builder/definition/generated/profile.ts';

/** The user's files of the example clusters. */
const userFiles = join(import.meta.dirname, 'files');

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
const pc: Profile = {
  ...pi,
  description: '64-bit PC',
  architecture: 'amd64',
  platform: 'pc',
  console: 'ttyS0,115200',
};
delete (pc as { wifi_interface?: string }).wifi_interface;

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
const debian12: BaseDefinition = {
  ...debian13,
  description: 'Debian 12 bookworm',
  software: { ...debian13.software, cloud_init: '22.4', glusterfs: '10.3' },
};

const key = (of: string): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZha2UgZmFrZSBmYWtlIGZha2UgZmFrZSBmYWtl ${of}`;

const glusterfs: ClusterStorage = { type: 'glusterfs', replicas: 3, disk: null };

/** A node in the given position of a cluster; a manager on a Raspberry Pi 3 with a static address and data unless said otherwise. */
export function exampleNode(index: number, settings: Partial<ClusterNode> = {}): ClusterNode {
  return {
    index,
    name: `pi3-${index}`,
    role: 'manager',
    address: `192.168.${1 + Math.floor((index + 100) / 250)}.${(index + 100) % 250}`,
    profileName: 'pi3',
    profile: pi,
    base: { from: 'definition', name: 'debian-13', definition: debian13 },
    labels: {},
    storesData: true,
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
      interface: null,
      vlan: null,
      wifi: null,
    },
    vip: '192.168.1.253',
    users: [
      { name: 'dlimage', uid: 1000, authorizedKeys: [key('anna@laptop')], sudo: true, shell: '/bin/bash' },
    ],
    timezone: 'Europe/Berlin',
    locale: 'C.UTF-8',
    storage: glusterfs,
    swarm: {
      addressPools: ['10.16.0.0/12'],
      subnetPrefixLength: 24,
      dataPathPort: 4789,
      certificateDays: 3650,
    },
    packages: [],
    files: [],
    ...settings,
  };
}

/** Two boards and two bases, Wi-Fi on the Pi and a VLAN on the cable, a worker with DHCP, users, labels and files. */
export function mixedCluster(): Cluster {
  const pi4 = { profileName: 'pi4', profile: { ...pi, description: 'Raspberry Pi 4' } };
  const x86 = {
    profileName: 'x86',
    profile: pc,
    base: { from: 'definition', name: 'debian-12', definition: debian12 },
  } as const;
  return defaultCluster({
    name: 'workshop',
    nodes: [
      exampleNode(1, {
        ...pi4,
        name: 'anvil',
        address: '172.20.7.11',
        labels: { room: 'attic', 'com.example.note': "it's here" },
      }),
      exampleNode(2, { ...x86, name: 'bellows', address: '172.20.7.12', labels: { disk: 'ssd' } }),
      exampleNode(3, { ...x86, name: 'crucible', address: '172.20.7.13' }),
      exampleNode(4, { ...x86, name: 'drill', address: null, role: 'worker', storesData: false }),
    ],
    network: {
      subnet: '172.20.0.0/20',
      prefixLength: 20,
      gateway: '172.20.0.1',
      dns: ['172.20.0.1', '9.9.9.9'],
      ntp: ['172.20.0.1', 'ntp.example.com'],
      search: ['workshop.example', 'example'],
      interface: 'enp1s0',
      vlan: 20,
      wifi: { ssid: 'Anna\'s "attic": 2.4', password: "p@ss: 'word' #1", country: 'DE' },
    },
    vip: '172.20.7.253',
    users: [
      {
        name: 'anna',
        uid: 1000,
        authorizedKeys: [key('anna@laptop'), `no-pty ${key('anna: "desk"')}`],
        sudo: true,
        shell: '/bin/bash',
      },
      { name: 'ben', uid: 1001, authorizedKeys: [], sudo: false, shell: '/bin/sh' },
    ],
    timezone: 'America/Argentina/Buenos_Aires',
    locale: 'en_GB.UTF-8',
    storage: { type: 'glusterfs', replicas: 3, disk: '/dev/sda' },
    packages: ['htop'],
    files: [
      {
        hostPath: join(userFiles, 'motd'),
        kind: 'file',
        sizeBytes: 12,
        path: '/etc/motd',
        mode: 0o640,
        owner: { uid: 0, gid: 4 },
        nodes: [],
      },
      {
        hostPath: join(userFiles, 'site'),
        kind: 'directory',
        sizeBytes: 0,
        path: '/srv/site',
        mode: null,
        owner: { uid: 0, gid: 0 },
        nodes: ['bellows'],
      },
    ],
  });
}

/** One PC without a virtual IP, its data on an NFS server. */
export function nfsCluster(): Cluster {
  const node = exampleNode(1, {
    name: 'solo',
    address: '10.0.0.20',
    profileName: 'x86',
    profile: pc,
    storesData: false,
  });
  return defaultCluster({
    name: 'solo',
    nodes: [node],
    network: {
      ...defaultCluster().network,
      subnet: '10.0.0.0/8',
      prefixLength: 8,
      gateway: '10.0.0.1',
      dns: ['10.0.0.1'],
    },
    vip: null,
    timezone: 'Etc/UTC',
    storage: { type: 'nfs', server: 'nas.example.com', path: '/export/cluster', options: 'vers=4.2,noatime' },
    swarm: { ...defaultCluster().swarm, addressPools: ['172.16.0.0/12'] },
  });
}
