import { basename } from 'node:path';
import type { ClusterNode } from '../../definition/cluster.ts';
import type { Manifest } from '../../definition/generated/manifest.ts';
import { ensureBase } from '../base/ensure-base.ts';
import type { EnsureBaseOptions } from '../base/base-request.ts';
import { hashFile } from '../hash-file.ts';
import { readBase, type BaseImage } from '../image/base.ts';

/** A base that nodes are made from, ready to be patched. */
export interface NodeBase {
  /** What the manifest says of it. */
  readonly record: Manifest['bases'][number];
  readonly image: BaseImage;
}

/** Gets the bases of a cluster's nodes, each once: from the cache, built into it, or the user's own image file. */
export async function ensureNodeBases(
  nodes: readonly ClusterNode[],
  packages: readonly string[],
  options: EnsureBaseOptions,
): Promise<Map<ClusterNode, NodeBase>> {
  const byRequest = new Map<string, NodeBase>();
  const byNode = new Map<ClusterNode, NodeBase>();
  for (const node of nodes) {
    const { base, profile } = node;
    const request =
      base.from === 'file' ? base.path : `${base.name} ${profile.platform}-${profile.architecture}`;
    const found = byRequest.get(request) ?? (await ensureNodeBase(node, packages, options));
    byRequest.set(request, found);
    byNode.set(node, found);
  }
  return byNode;
}

async function ensureNodeBase(
  { base, profile }: ClusterNode,
  packages: readonly string[],
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  if (base.from === 'file') {
    const image = await readBase(base.path);
    const task = options.progress.task(`Hash ${base.path}`, { total: image.layout.sizeBytes, unit: 'bytes' });
    const sha256 = await hashFile(base.path, {
      onBytes: (done) => task.update(done),
      signal: options.signal,
    });
    task.done();
    const name = basename(base.path);
    return { image, record: { key: sha256, name, sha256, sizeBytes: image.layout.sizeBytes, packages: [] } };
  }
  const { platform, architecture } = profile;
  const built = await ensureBase(
    {
      definitionName: base.name,
      definition: base.definition,
      platform,
      architecture,
      extraPackages: packages,
    },
    options,
  );
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
