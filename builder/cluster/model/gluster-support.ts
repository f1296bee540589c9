import { platformOf } from './base-traits.ts';
import type { Cluster, ClusterNode, Role } from './cluster.ts';
import type { BaseDefinition } from '../generated/base.ts';

/** GlusterFS is dead on 32-bit ARM from this version on. Source: gluster/glusterfs#3911. */
const firstBroken32BitMajor = 10;

/** Why a node cannot mount a volume of GlusterFS, with what goes on in a sentence behind the node's name. */
export interface GlusterProblem {
  readonly kind: 'broken' | 'absent';
  readonly why: string;
}

type Board = Pick<ClusterNode, 'base' | 'profile' | 'profileName'>;

/** True when a node mounts the cluster's storage: all do, where there is one, but workers whose GlusterFS does not run. */
export function mountsStorage({ storage }: Pick<Cluster, 'storage'>, node: Board & { role: Role }): boolean {
  return storage.type === 'nfs' || (storage.type === 'glusterfs' && mountsGlusterfs(node));
}

/** True also for a manager that cannot: the rules refuse it. */
export function mountsGlusterfs(node: Board & { role: Role }): boolean {
  return node.role === 'manager' || glusterProblemOf(node) === undefined;
}

/** Undefined for a node that can, and for one with just an image, of which nothing is known. */
export function glusterProblemOf({ base, profile, profileName }: Board): GlusterProblem | undefined {
  if (base.from !== 'definition') return undefined;
  const { name, definition } = base;
  const version = definition.software.glusterfs;
  const is32Bit = profile.architecture === 'armhf' || profile.architecture === 'armel';
  if (is32Bit && Number.parseInt(version ?? '', 10) >= firstBroken32BitMajor) {
    return { kind: 'broken', why: `GlusterFS ${version} of base ${name} does not run on 32-bit ARM` };
  }
  if (version === undefined || lacksGlusterfs(definition, platformOf(profile))) {
    return { kind: 'absent', why: `base ${name} has no GlusterFS for ${profileName}` };
  }
  return undefined;
}

function lacksGlusterfs(base: BaseDefinition, platform: string): boolean {
  return base.platforms?.[platform]?.exclude_packages?.some((name) => name.startsWith('glusterfs')) ?? false;
}
