import type { ClusterNode } from '../../cluster/model/cluster.ts';

/** Operating version assumed for a user's image: every GlusterFS since 10 speaks it. */
const oldestSupported = 100_000;

/**
 * The operating version of the pool: that of its oldest member, which all others speak too. Without one glusterd
 * would begin with version 1 and refuse every option of the last ten years.
 */
export function glusterOperatingVersion(members: readonly ClusterNode[]): number {
  return Math.min(...members.map(versionOf), Number.MAX_SAFE_INTEGER);
}

function versionOf({ base }: ClusterNode): number {
  const version = base.from === 'definition' ? base.definition.software.glusterfs : undefined;
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (version === undefined) return oldestSupported;
  // Since 6 it is the major version; before, every minor version could raise it. Source: glusterfs/globals.h
  return major >= 6 ? major * 10_000 : major * 10_000 + Math.min(minor, 4) * 100;
}
