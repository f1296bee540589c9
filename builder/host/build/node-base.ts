import { basename } from 'node:path';
import { isBuilt, isVendor, platformOf } from '../../definition/base-traits.ts';
import type { ClusterBase, ClusterNode, UserImage } from '../../definition/cluster.ts';
import type { Manifest } from '../../definition/generated/manifest.ts';
import type { Profile } from '../../definition/generated/profile.ts';
import type { BaseRequest, EnsureBaseOptions } from '../base/base-request.ts';
import { requireBaseTools } from '../base/base-tools.ts';
import { ensureBase } from '../base/ensure-base.ts';
import { HostError } from '../../report/errors.ts';
import { hashFile } from '../hash-file.ts';
import { readBase, type BaseImage } from '../image/base.ts';
import { checkVendorLayout } from '../image/check-vendor-layout.ts';

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
    const source = sourceOf(base, profile, packages);
    if (source.from === 'packages') await requireBaseTools(source.request, cacheDirectory);
    else await readImage(base, profile, source.image);
  }
}

/** Tells which nodes have the same base. */
function wantedBase({ base, profile }: ClusterNode): string {
  if (base.from === 'file') return base.path;
  return `${base.name} ${platformOf(profile)} ${base.image?.path ?? ''}`;
}

type Source =
  | { readonly from: 'packages'; readonly request: BaseRequest }
  | { readonly from: 'image'; readonly image: UserImage };

/** @throws HostError `base-not-here` */
function sourceOf(base: ClusterBase, profile: Profile, extraPackages: readonly string[]): Source {
  if (base.from === 'file') return { from: 'image', image: base };
  const { name: definitionName, definition, image } = base;
  if (isBuilt(definition)) {
    const { platform, architecture } = profile;
    return {
      from: 'packages',
      request: { definitionName, definition, platform, architecture, extraPackages },
    };
  }
  if (image !== null) return { from: 'image', image };
  throw new HostError('base-not-here', `dlimage cannot download ${definitionName} yet`, {
    hint: 'download and unpack the image yourself, and name it with --base-image',
  });
}

/** Reads an image and, where a definition says how it should look, holds it against that. */
async function readImage(base: ClusterBase, profile: Profile, image: UserImage): Promise<BaseImage> {
  const found = await readBase(image.path);
  if (base.from !== 'definition' || !isVendor(base.definition)) return found;
  const wanted = base.definition.vendor.images[platformOf(profile)];
  if (wanted !== undefined) checkVendorLayout(base.name, wanted.layout, found);
  return found;
}

/** Gets the bases of a cluster's nodes, each once: from the cache, built into it, or the user's own image file. */
export async function ensureNodeBases(
  nodes: readonly ClusterNode[],
  packages: readonly string[],
  options: EnsureBaseOptions,
): Promise<Map<ClusterNode, NodeBase>> {
  const byWanted = new Map<string, NodeBase>();
  const byNode = new Map<ClusterNode, NodeBase>();
  for (const node of nodes) {
    const wanted = wantedBase(node);
    const found = byWanted.get(wanted) ?? (await ensureNodeBase(node, packages, options));
    byWanted.set(wanted, found);
    byNode.set(node, found);
  }
  return byNode;
}

async function ensureNodeBase(
  { base, profile }: ClusterNode,
  packages: readonly string[],
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const source = sourceOf(base, profile, packages);
  if (source.from === 'packages') return await ensureBuiltBase(source.request, options);
  const { path } = source.image;
  const image = await readImage(base, profile, source.image);
  const task = options.progress.task(`Hash ${path}`, { total: image.layout.sizeBytes, unit: 'bytes' });
  const sha256 = await hashFile(path, { onBytes: (done) => task.update(done), signal: options.signal });
  task.done();
  const sizeBytes = image.layout.sizeBytes;
  const name = base.from === 'definition' ? base.name : basename(path);
  const platform = base.from === 'definition' ? { platform: platformOf(profile) } : {};
  return { image, record: { key: sha256, name, ...platform, sha256, sizeBytes, packages: [] } };
}

async function ensureBuiltBase(request: BaseRequest, options: EnsureBaseOptions): Promise<NodeBase> {
  const built = await ensureBase(request, options);
  const { key, sha256, sizeBytes, packages } = built;
  const record = { key, name: request.definitionName, platform: platformOf(request), sha256, sizeBytes };
  return { image: await readBase(built.imagePath), record: { ...record, packages: [...packages] } };
}
