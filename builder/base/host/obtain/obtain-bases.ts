import { basename } from 'node:path';
import { isVendor, platformOf } from '../../../cluster/model/base-traits.ts';
import type { Cluster, ClusterBase, ClusterNode } from '../../../cluster/model/cluster.ts';
import type { Manifest } from '../../../cluster/generated/manifest.ts';
import type { Profile } from '../../../cluster/generated/profile.ts';
import { UsageError } from '../../../report/errors.ts';
import { parseDependency } from '../../../system/debian-packages/dependency.ts';
import type { Assets } from '../../../node/overlay/assets.ts';
import type { Rendering } from '../../../node/render/create-rendering.ts';
import type { BaseRequest, EnsureBaseOptions } from '../base-request.ts';
import { requireBaseTools } from '../base-tools.ts';
import { ensureBase } from '../ensure-base.ts';
import { ensureUserImage, type FoundImage, type ImageTitle } from '../user-image.ts';
import { ensureVendorBase, requireVendorTools } from '../vendor-base.ts';
import { containerOf } from '../../../image/packing/host/container-kind.ts';
import { nameOf } from '../download/refuse-status.ts';
import { openImage } from '../../../image/host/open-image.ts';
import { readBaseImage, type BaseImage } from '../../../image/host/base.ts';
import { growthWarning } from '../../../image/growth-warning.ts';
import { checkRootSound } from '../../../image/host/check-root-sound.ts';
import { checkVendorLayout } from '../check-vendor-layout.ts';
import { knownDigest } from '../../../system/host/known-digest.ts';
import { sourceOf, wantedBase, type BaseSource } from '../../base-source.ts';
import type { FittingBase } from '../facts/fitting-base.ts';
import { givenName, underGivenNames } from './given-names.ts';
import { completeBase, type IncompleteBase } from '../complete/complete-base.ts';

/** A base that nodes are made from, ready to be patched. */
export interface NodeBase {
  /** What the manifest says of it. */
  readonly record: Manifest['bases'][number];
  readonly image: BaseImage;
  /** What the user calls it; null for bases that dlimage knows. */
  readonly givenName: string | null;
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

/**
 * Makes sure, before anything is made, that one image can be for all nodes.
 *
 * @param remedy - what to do when it cannot
 * @throws UsageError when the nodes' bases differ
 */
export function requireOneBase(nodes: readonly ClusterNode[], remedy: string): void {
  const [first, ...others] = nodes;
  const other = others.find((node) => first !== undefined && wantedBase(node) !== wantedBase(first));
  if (first === undefined || other === undefined) return;
  throw new UsageError(
    `these nodes use different bases, so they cannot share one image: ${first.name} and ${other.name}`,
    remedy,
  );
}

async function isRaw(path: string): Promise<boolean> {
  await (await openImage(path)).close();
  return (await containerOf(path)) === 'raw';
}

/** Reads an image and, where a definition says how it should look, holds it against that. */
async function readFitting(base: ClusterBase, profile: Profile, path: string): Promise<BaseImage> {
  const found = await readBaseImage(path);
  if (base.from !== 'definition' || !isVendor(base.definition)) return found;
  const wanted = base.definition.vendor.images[platformOf(profile)];
  if (wanted !== undefined) checkVendorLayout(base.name, wanted.layout, found);
  return found;
}

/** What nodes need of their bases. */
export interface BaseNeeds {
  /** All nodes of the cluster: a base does not depend on which of them are built. */
  readonly cluster: Cluster;
  readonly rendering: Pick<Rendering, 'neededPackages'>;
  readonly assets: Assets;
  /** Holds the definition against a base before packages are put into it. */
  readonly fittingBase: FittingBase;
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
  const source = sourceOf(node.base, node.profile, needs.cluster.packages);
  if (source.from === 'packages') {
    const built = await ensureBuiltBase(source.request, options);
    await checkFitting(node, built.image, needs, options);
    return await editBuiltBase(node, built, needs, options);
  }
  const found = await findImageOf(node, source, options);
  const path = found.from === 'file' ? found.path : found.base.imagePath;
  const named = { image: { path }, givenName: givenName(node.base) };
  return await underGivenNames([named], () => completeFound(node, found, path, needs, options));
}

/** Holds an image that was found against what the nodes need, and puts into a copy what it lacks. */
async function completeFound(
  node: ClusterNode,
  found: FoundImage,
  path: string,
  needs: BaseNeeds,
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const { base, profile } = node;
  const image = await readFitting(base, profile, path);
  const given = givenName(base);
  if (given !== null) await checkRootSound(image, given);
  await checkFitting(node, image, needs, options);
  const sha256 =
    found.from === 'file'
      ? await knownDigest(path, { ...options, title: `Hash ${path}` })
      : found.base.sha256;
  const told = titleOf(node);
  const { assets } = needs;
  const complete = await completeBase({ image, sha256, told, assets, ...needsOf(node, needs) }, options);
  const platform = base.from === 'definition' ? { platform: platformOf(profile) } : {};
  return {
    image: complete.image,
    givenName: given,
    record: {
      key: complete.key,
      name: told.definitionName,
      ...platform,
      sha256: complete.sha256,
      sizeBytes: complete.image.layout.sizeBytes,
      packages: [...complete.packages],
    },
  };
}

/** All nodes of the cluster on this base, whichever are built: a mistake is told early. */
async function checkFitting(
  node: ClusterNode,
  image: BaseImage,
  needs: BaseNeeds,
  { progress }: EnsureBaseOptions,
): Promise<void> {
  const { cluster, fittingBase } = needs;
  const { definitionName } = titleOf(node);
  const warning = growthWarning(definitionName, image);
  if (warning !== null) progress.warn(warning);
  const sharing = cluster.nodes.filter((other) => wantedBase(other) === wantedBase(node));
  const wanted = needsOf(node, needs).wanted;
  const asked = { nodes: sharing.map(({ name }) => name), wanted, ownPackages: cluster.packages };
  await fittingBase({ name: definitionName, image, ...asked }, progress);
}

async function findImageOf(
  node: ClusterNode,
  source: Exclude<BaseSource, { from: 'packages' }>,
  options: EnsureBaseOptions,
): Promise<FoundImage> {
  if (source.from === 'user') return await ensureUserImage(source.image, titleOf(node), options);
  return { from: 'cache', base: await ensureVendorBase(source.request, options) };
}

function titleOf({ base, profile: { platform, architecture } }: ClusterNode): ImageTitle {
  const name =
    base.from === 'definition' ? base.name : base.from === 'url' ? nameOf(base.url) : basename(base.path);
  return { definitionName: name, platform, architecture };
}

async function ensureBuiltBase(request: BaseRequest, options: EnsureBaseOptions): Promise<NodeBase> {
  const built = await ensureBase(request, options);
  const { key, sha256, sizeBytes, packages } = built;
  const record = { key, name: request.definitionName, platform: platformOf(request), sha256, sizeBytes };
  return {
    image: await readBaseImage(built.imagePath),
    givenName: null,
    record: { ...record, packages: [...packages] },
  };
}

/** A base of ours has all that nodes need, but for what is wired to the boards. */
async function editBuiltBase(
  node: ClusterNode,
  built: NodeBase,
  needs: BaseNeeds,
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const { archive, boot } = needsOf(node, needs);
  if (boot.dtoverlays.length === 0) return built;
  const { sha256 } = built.record;
  const made = await completeBase(
    { image: built.image, sha256, told: titleOf(node), assets: needs.assets, wanted: [], archive, boot },
    options,
  );
  if (made.sha256 === sha256) return built;
  const { key, image } = made;
  const { sizeBytes } = image.layout;
  return { ...built, image, record: { ...built.record, key, sha256: made.sha256, sizeBytes } };
}

/** What all nodes on a base need, and what its release has under names of its own. */
function needsOf(
  node: ClusterNode,
  { cluster, rendering }: BaseNeeds,
): Pick<IncompleteBase, 'wanted' | 'archive' | 'boot'> {
  const sharing = cluster.nodes.filter((other) => wantedBase(other) === wantedBase(node));
  const { base } = node;
  const vendor = base.from === 'definition' ? base.definition.vendor : undefined;
  const own = vendor?.packages.map(parseDependency) ?? [];
  return {
    wanted: [...rendering.neededPackages(sharing), ...own],
    archive: { moved: vendor?.moved_archives ?? [], isExpired: vendor?.moved_archives !== undefined },
    boot: {
      commandLine: vendor?.command_line ?? [],
      config: vendor?.config ?? [],
      dtoverlays: node.profile.platform === 'raspberry-pi' ? cluster.dtoverlays : [],
    },
  };
}
