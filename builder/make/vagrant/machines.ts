import { createHash } from 'node:crypto';
import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import { formatIpv4, parseSubnet } from '../../cluster/values/ipv4.ts';
import { artifactName } from '../../image/image-format.ts';
import { machineSize } from '../../artifact/box-files.ts';

/** Contents of `machines.json`, which `packer/vagrant/Vagrantfile` reads. */
export interface Machines {
  readonly id: string;
  readonly name: string;
  /** Name of the cluster's network in libvirt. */
  readonly network: string;
  readonly netmask: string;
  /** Address of the host in the cluster's network. */
  readonly host_address: string;
  readonly multicast_port: number;
  /** The disk of the system, which the node grows to. */
  readonly disk_gb: number;
  readonly brick_gb: number;
  readonly ssh: { readonly user: string; readonly key: string | null };
  readonly machines: readonly Machine[];
}

interface Machine {
  readonly index: number;
  readonly name: string;
  readonly address: string | null;
  /** Twelve hexadecimal digits. */
  readonly mac: string;
  readonly memory_mb: number;
  readonly cpus: number;
  readonly box: string;
  /** File beside the Vagrantfile. */
  readonly catalogue: string;
  readonly seed: string | null;
}

const diskGigabytes = 16;
const brickGigabytes = 8;
const lowestPort = 20_000;
const portCount = 10_000;

/** Describes the machines of a cluster for the Vagrantfile. `key` is relative to it; null is for the insecure key. */
export function describeMachines(
  cluster: Cluster,
  isSeeded: boolean,
  clusterId: string,
  ssh: { readonly user: string; readonly key: string | null },
): Machines {
  const { network } = cluster;
  const boxOf = (node: ClusterNode) => (isSeeded ? cluster.name : node.name);
  return {
    id: clusterId,
    name: cluster.name,
    network: `dlimage-${cluster.name}`,
    netmask: formatIpv4((2 ** 32 - 2 ** (32 - network.prefixLength)) >>> 0),
    host_address: network.gateway ?? firstAddress(network.subnet),
    multicast_port: lowestPort + (Number.parseInt(digest(clusterId).slice(0, 8), 16) % portCount),
    disk_gb: diskGigabytes,
    brick_gb: brickGigabytes,
    ssh,
    machines: cluster.nodes.map((node) => ({
      index: node.index,
      name: node.name,
      address: node.address,
      mac: `525400${digest(`${clusterId} ${node.name}`).slice(0, 6)}`,
      memory_mb: machineSize(node.profile).memoryMegabytes,
      cpus: machineSize(node.profile).cpus,
      box: boxName(boxOf(node)),
      catalogue: catalogueFile(boxOf(node)),
      seed: isSeeded ? artifactName(node.name, 'seed-iso') : null,
    })),
  };
}

function firstAddress(subnet: string): string {
  return formatIpv4((parseSubnet(subnet)?.network ?? 0) + 1);
}

/** Vagrant's name of a box. */
export function boxName(name: string): string {
  return `dlimage/${name}`;
}

/** The file with the catalogue of a box. */
export function catalogueFile(name: string): string {
  return `${name}.box.json`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
