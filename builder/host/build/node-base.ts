import { basename } from 'node:path';
import { isBuilt, isVendor, platformOf } from '../../definition/base-traits.ts';
import type { ClusterBase, ClusterNode, UserImage } from '../../definition/cluster.ts';
import type { Manifest } from '../../definition/generated/manifest.ts';
import type { Profile } from '../../definition/generated/profile.ts';
import type { BaseRequest, EnsureBaseOptions } from '../base/base-request.ts';
import { requireBaseTools } from '../base/base-tools.ts';
import type { BuiltBase } from '../base/built-base.ts';
import { ensureBase } from '../base/ensure-base.ts';
import { ensureUserImage } from '../base/user-image.ts';
import { ensureVendorBase, requireVendorTools, type VendorRequest } from '../base/vendor-base.ts';
import { containerOf } from '../containers/container-kind.ts';
import { nameOf } from '../download/refuse-status.ts';
import { openImage } from '../image/open-image.ts';
import { hashFile } from '../hash-file.ts';
import { readBase, type BaseImage } from '../image/base.ts';
import { checkVendorLayout } from '../image/check-vendor-layout.ts';

/** A base that nodes are made from, ready to be patched. */
export interface NodeBase {
  /** What the manifest says of it. */
  readonly record: Manifest['bases'][number];
  readonly image: BaseImage;
}

/**
 * Makes sure, before anything is made, that the nodes' bases can be had: raw image files are sound, programs are here.
 * What has to be downloaded is looked at when it is there.
 */
export async function checkNodeBases(
  nodes: readonly ClusterNode[],
  packages: readonly string[],
  cacheDirectory: string,
): Promise<void> {
  const oneOfEach = new Map(nodes.map((node) => [wantedBase(node), node]));
  for (const { base, profile } of oneOfEach.values()) {
    const source = sourceOf(base, profile, packages);
    if (source.from === 'packages') await requireBaseTools(source.request, cacheDirectory);
    else if (source.from === 'publisher') await requireVendorTools(source.request);
    else if (source.image.from === 'file' && (await isRaw(source.image.path)))
      await readFitting(base, profile, source.image.path);
  }
}

async function isRaw(path: string): Promise<boolean> {
  await (await openImage(path)).close();
  return (await containerOf(path)) === 'raw';
}

/** Tells which nodes have the same base. */
function wantedBase({ base, profile }: ClusterNode): string {
  return base.from === 'definition'
    ? `${base.name} ${platformOf(profile)} ${JSON.stringify(base.image)}`
    : JSON.stringify(base);
}

type Source =
  | { readonly from: 'packages'; readonly request: BaseRequest }
  | { readonly from: 'publisher'; readonly request: VendorRequest }
  | { readonly from: 'user'; readonly image: UserImage };

function sourceOf(base: ClusterBase, profile: Profile, extraPackages: readonly string[]): Source {
  if (base.from !== 'definition') return { from: 'user', image: base };
  const { name: definitionName, definition, image } = base;
  const { platform, architecture } = profile;
  if (image !== null) return { from: 'user', image };
  if (isVendor(definition)) {
    return { from: 'publisher', request: { definitionName, definition, platform, architecture } };
  }
  if (!isBuilt(definition)) throw new Error(`base ${definitionName} is neither built nor downloaded`);
  return { from: 'packages', request: { definitionName, definition, platform, architecture, extraPackages } };
}

/** Reads an image and, where a definition says how it should look, holds it against that. */
async function readFitting(base: ClusterBase, profile: Profile, path: string): Promise<BaseImage> {
  const found = await readBase(path);
  if (base.from !== 'definition' || !isVendor(base.definition)) return found;
  const wanted = base.definition.vendor.images[platformOf(profile)];
  if (wanted !== undefined) checkVendorLayout(base.name, wanted.layout, found);
  return found;
}

/** Gets the bases of a cluster's nodes, each once: from the cache, made into it, or the user's own image file. */
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
  node: ClusterNode,
  packages: readonly string[],
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const { base, profile } = node;
  const source = sourceOf(base, profile, packages);
  if (source.from === 'packages') return await fromCache(await ensureBase(source.request, options));
  if (source.from === 'publisher') return await fromCache(await ensureVendorBase(source.request, options));
  const { platform, architecture } = profile;
  const definitionName = base.from === 'definition' ? base.name : imageName(source.image);
  const title = { definitionName, platform, architecture };
  const found = await ensureUserImage(source.image, title, options);
  if (found.from === 'file') return await fromFile(node, definitionName, found.path, options);
  await readFitting(base, profile, found.base.imagePath);
  return await fromCache(found.base);
}

function imageName(image: UserImage): string {
  return image.from === 'url' ? nameOf(image.url) : basename(image.path);
}

async function fromFile(
  { base, profile }: ClusterNode,
  name: string,
  path: string,
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const image = await readFitting(base, profile, path);
  const task = options.progress.task(`Hash ${path}`, { total: image.layout.sizeBytes, unit: 'bytes' });
  const sha256 = await hashFile(path, { onBytes: (done) => task.update(done), signal: options.signal });
  task.done();
  const platform = base.from === 'definition' ? { platform: platformOf(profile) } : {};
  const sizeBytes = image.layout.sizeBytes;
  return { image, record: { key: sha256, name, ...platform, sha256, sizeBytes, packages: [] } };
}

async function fromCache(built: BuiltBase): Promise<NodeBase> {
  const { key, definitionName: name, platform, architecture, sha256, sizeBytes, packages } = built;
  return {
    image: await readBase(built.imagePath),
    record: {
      key,
      name,
      platform: `${platform}-${architecture}`,
      sha256,
      sizeBytes,
      packages: [...packages],
    },
  };
}
