import { basename } from 'node:path';
import type { Cluster, ClusterBase, ClusterNode } from '../../definition/cluster.ts';
import type { Manifest } from '../../definition/generated/manifest.ts';
import type { Profile } from '../../definition/generated/profile.ts';
import type { Assets } from '../../plan/assets.ts';
import type { Rendering } from '../../render/create-rendering.ts';
import type { BaseRequest, EnsureBaseOptions } from '../base/base-request.ts';
import { requireBaseTools } from '../base/base-tools.ts';
import { ensureBase } from '../base/ensure-base.ts';
import { hashFile } from '../hash-file.ts';
import { readBase, type BaseImage } from '../image/base.ts';
import { completeBase } from '../packages/complete-base.ts';

/** A base that nodes are made from, ready to be patched. */
export interface NodeBase {
  /** What the manifest says of it. */
  readonly record: Manifest['bases'][number];
  readonly image: BaseImage;
}

/** Makes sure, before anything is made, that the nodes' bases can be had: image files are sound, programs are here. */
export async function checkNodeBases(
  nodes: readonly ClusterNode[],
  packages: readonly string[],
  cacheDirectory: string,
): Promise<void> {
  const oneOfEach = new Map(nodes.map((node) => [wantedBase(node), node]));
  for (const { base, profile } of oneOfEach.values()) {
    if (base.from === 'file') await readBase(base.path);
    else await requireBaseTools(requestOf(base, profile, packages), cacheDirectory);
  }
}

/** Tells which nodes have the same base. */
function wantedBase({ base, profile }: ClusterNode): string {
  return base.from === 'file' ? base.path : `${base.name} ${profile.platform}-${profile.architecture}`;
}

function requestOf(
  base: Extract<ClusterBase, { from: 'definition' }>,
  { platform, architecture }: Profile,
  extraPackages: readonly string[],
): BaseRequest {
  return { definitionName: base.name, definition: base.definition, platform, architecture, extraPackages };
}

/** What nodes need of their bases. */
export interface BaseNeeds {
  /** All nodes of the cluster: a base does not depend on which of them are built. */
  readonly cluster: Cluster;
  readonly rendering: Pick<Rendering, 'neededPackages'>;
  readonly assets: Assets;
}

/** Gets the bases of a cluster's nodes, each once: from the cache, built into it, or the user's own image file. */
export async function ensureNodeBases(
  nodes: readonly ClusterNode[],
  needs: BaseNeeds,
  options: EnsureBaseOptions,
): Promise<Map<ClusterNode, NodeBase>> {
  const byWanted = new Map<string, NodeBase>();
  const byNode = new Map<ClusterNode, NodeBase>();
  for (const node of nodes) {
    const wanted = wantedBase(node);
    const found = byWanted.get(wanted) ?? (await ensureNodeBase(node, needs, options));
    byWanted.set(wanted, found);
    byNode.set(node, found);
  }
  return byNode;
}

async function ensureNodeBase(
  node: ClusterNode,
  needs: BaseNeeds,
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const { base, profile } = node;
  if (base.from === 'file') return await completeImageFile(base.path, node, needs, options);
  const { platform, architecture } = profile;
  const built = await ensureBase(requestOf(base, profile, needs.cluster.packages), options);
  return {
    image: await readBase(built.imagePath),
    record: {
      key: built.key,
      name: base.name,
      platform: `${platform}-${architecture}`,
      sha256: built.sha256,
      sizeBytes: built.sizeBytes,
      packages: [...built.packages],
    },
  };
}

/** The user's own image, with the packages that it lacks. */
async function completeImageFile(
  path: string,
  node: ClusterNode,
  { cluster, rendering, assets }: BaseNeeds,
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const image = await readBase(path);
  const task = options.progress.task(`Hash ${path}`, { total: image.layout.sizeBytes, unit: 'bytes' });
  const sha256 = await hashFile(path, { onBytes: (done) => task.update(done), signal: options.signal });
  task.done();
  const sharing = cluster.nodes.filter((other) => wantedBase(other) === wantedBase(node));
  const complete = await completeBase(
    {
      image,
      sha256,
      wanted: rendering.neededPackages(sharing),
      archive: { moved: [], isExpired: false },
      assets,
    },
    options,
  );
  return {
    image: complete.image,
    record: {
      key: complete.key,
      name: basename(path),
      sha256: complete.sha256,
      sizeBytes: complete.image.layout.sizeBytes,
      packages: [...complete.packages],
    },
  };
}
