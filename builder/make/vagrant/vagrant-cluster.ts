import { traitsOf } from '../../cluster/model/base-traits.ts';
import type { Cluster } from '../../cluster/model/cluster.ts';

/** Interfaces of a machine of Vagrant: its own network comes first, with every provider. */
export const vagrantInterfaces = { management: 'eth0', lan: 'eth1' } as const;

/** The second disk, by the name that `overlays/vagrant` gives it. */
const brickDisk = '/dev/dlimage-brick';

/** Options for a cluster of boxes. */
export interface VagrantOptions {
  /** True adds the user `vagrant` with the key that everybody has, as public boxes have it. */
  readonly hasVagrantUser: boolean;
  /** Public key that may log in beside those of the first user, so that `vagrant ssh` can. */
  readonly loginKey: string;
}

/**
 * The same cluster in machines that Vagrant makes: with Vagrant's network beside that of the cluster, which has no
 * router then, and with a disk for the brick. Real boards of the definition may have other interfaces and disks.
 */
export function vagrantCluster(cluster: Cluster, options: VagrantOptions): Cluster {
  const { storage, network } = cluster;
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) => ({
      ...node,
      interface: vagrantInterfaces.lan,
      mac: null,
      wifi: null,
      disk: storage.type === 'glusterfs' && node.storesData ? brickDisk : null,
    })),
    network: {
      ...network,
      wifi: null,
      managementInterface: vagrantInterfaces.management,
    },
    users: usersOf(cluster, options),
    storage: storage.type === 'glusterfs' ? { ...storage, disk: brickDisk } : storage,
  };
}

/** Why a cluster cannot be made into boxes; null when it can. */
export function vagrantObstacle({ nodes, network }: Cluster): string | null {
  const other = nodes.find(({ profile }) => profile.platform !== 'pc');
  if (other !== undefined) {
    return `a box is a PC, and ${other.name} is a ${other.profileName}: --profile x86`;
  }
  const moving = nodes.find(({ address }) => address === null);
  if (moving !== undefined) return `Vagrant's private network has no DHCP: ${moving.name} needs an address`;
  if (network.vlan !== null) return "Vagrant's private network has no VLAN: leave network.vlan out";
  return null;
}

/** Why the nodes of a cluster cannot share an image; null when they can. */
export function seedObstacle({ nodes }: Cluster): string | null {
  const other = nodes.find((node) => traitsOf(node).seed !== 'root-directory');
  return other === undefined
    ? null
    : `a seed volume is for virtual machines, and ${other.name} is a ${other.profileName}: --profile x86`;
}

function usersOf({ users }: Cluster, { hasVagrantUser, loginKey }: VagrantOptions): Cluster['users'] {
  const withLogin = users.map((user, index) =>
    index > 0 || user.authorizedKeys.length === 0 || user.authorizedKeys.includes(loginKey)
      ? user
      : { ...user, authorizedKeys: [...user.authorizedKeys, loginKey] },
  );
  if (!hasVagrantUser || users.some(({ name }) => name === 'vagrant')) return withLogin;
  const uid = Math.max(...users.map((user) => user.uid)) + 1;
  const vagrant = {
    name: 'vagrant',
    uid,
    authorizedKeys: [insecureKey],
    sudo: true,
    groups: [],
    shell: '/bin/bash',
  };
  return [...withLogin, vagrant];
}

/** Everybody has the private half. Source: https://github.com/hashicorp/vagrant/blob/main/keys/vagrant.pub */
const insecureKey =
  'ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oXevct1' +
  'YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp' +
  '4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucX' +
  'zcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ== vagrant insecure public key';
