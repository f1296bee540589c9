import type { Cluster, ClusterNode } from '../model/cluster.ts';
import type { Profile } from '../generated/profile.ts';
import { mountsStorage } from '../model/gluster-support.ts';
import type { NodeProperty } from '../stacks/placement-constraint.ts';

/** Machines as their kernels call them, by Debian's architecture: swarm compares with these. */
const machines: Readonly<Record<Profile['architecture'], readonly string[]>> = {
  amd64: ['x86_64'],
  arm64: ['aarch64'],
  // A 32-bit system may run on the kernel of a 64-bit one, and Raspbian's armhf is for ARMv6.
  armhf: ['armv7l', 'armv6l', 'aarch64'],
  armel: ['armv6l'],
};

/** The label that the agent gives to nodes: `yes` while the storage is mounted, else `no`. */
export const storageLabel = 'dlimage.storage';

/** Properties of a node for the constraints of services. */
export function propertiesOf(cluster: Pick<Cluster, 'storage'>, node: ClusterNode): NodeProperty {
  return (key) => {
    const lower = key.toLowerCase();
    const label = /^node\.labels\.(.+)$/i.exec(key)?.[1];
    if (label === storageLabel && mountsStorage(cluster, node)) return ['yes', 'no'];
    if (label !== undefined) return [node.labels[label] ?? ''];
    if (lower === 'node.hostname') return [node.name];
    if (lower === 'node.role') return [node.role];
    if (lower === 'node.platform.os') return ['linux'];
    if (lower === 'node.platform.arch') return machines[node.profile.architecture];
    return undefined;
  };
}
