import { isVendor, platformOf } from '../../../cluster/model/base-traits.ts';
import type { Cluster } from '../../../cluster/model/cluster.ts';
import { growthWarning } from '../../../image/growth-warning.ts';
import { readBaseImage, type BaseImage } from '../../../image/host/base.ts';
import { checkRootSound } from '../../../image/host/check-root-sound.ts';
import { openImage } from '../../../image/host/open-image.ts';
import { containerOf } from '../../../image/packing/host/container-kind.ts';
import type { Assets } from '../../../node/overlay/assets.ts';
import type { Rendering } from '../../../node/render/create-rendering.ts';
import { parseDependency } from '../../../system/debian-packages/dependency.ts';
import { knownDigest } from '../../../system/host/known-digest.ts';
import type { Run } from '../../../system/host/run.ts';
import type { PlannedBase } from '../../planned-base.ts';
import { requireBaseTools } from '../base-tools.ts';
import { checkVendorLayout } from '../check-vendor-layout.ts';
import { completeBase, type IncompleteBase } from '../complete/complete-base.ts';
import { ensureBase } from '../ensure-base.ts';
import type { FittingBase } from '../facts/fitting-base.ts';
import { ensureUserImage, type FoundImage } from '../user-image.ts';
import { ensureVendorBase, requireVendorTools } from '../vendor-base.ts';
import type { Base } from './base.ts';
import { underGivenNames } from './given-names.ts';

/** Demands of nodes on their bases. */
export interface BaseNeeds {
  readonly cluster: Cluster;
  readonly rendering: Pick<Rendering, 'neededPackages'>;
  readonly assets: Assets;
  /** Holds the definition against a base before packages are put into it. */
  readonly fittingBase: FittingBase;
}

/**
 * Makes sure, before anything is made, that bases can be had: raw image files are sound, programs are here. What has to
 * be downloaded is looked at when it is there.
 */
export async function requireObtainable(
  bases: Iterable<PlannedBase>,
  { cacheDirectory }: Pick<Run, 'cacheDirectory'>,
): Promise<void> {
  for (const planned of bases) {
    const { source } = planned;
    if (source.from === 'packages') await requireBaseTools(source.request, cacheDirectory);
    else if (source.from === 'publisher') await requireVendorTools(source.request);
    else if (source.image.from === 'file' && (await isRaw(source.image.path)))
      await readFitting(planned, source.image.path);
  }
}

async function isRaw(path: string): Promise<boolean> {
  await (await openImage(path)).close();
  return (await containerOf(path)) === 'raw';
}

/** Reads an image and, where a definition says how it should look, holds it against that. */
async function readFitting({ name, target, definition }: PlannedBase, path: string): Promise<BaseImage> {
  const found = await readBaseImage(path);
  const wanted =
    definition !== null && isVendor(definition) ? definition.vendor.images[platformOf(target)] : undefined;
  if (wanted !== undefined) checkVendorLayout(name, wanted.layout, found);
  return found;
}

/**
 * Gets bases, each once: from the cache, built or downloaded into it, or the user's own image file, with all packages
 * that the nodes on it need.
 */
export async function obtainBases(
  bases: Iterable<PlannedBase>,
  needs: BaseNeeds,
  run: Run,
): Promise<Map<PlannedBase, Base>> {
  const obtained = new Map<PlannedBase, Base>();
  for (const planned of new Set(bases)) obtained.set(planned, await obtainBase(planned, needs, run));
  return obtained;
}

async function obtainBase(planned: PlannedBase, needs: BaseNeeds, run: Run): Promise<Base> {
  const { source, givenName } = planned;
  if (source.from === 'packages') {
    const { imagePath, key, sha256, packages } = await ensureBase(source.request, run);
    const image = await readBaseImage(imagePath);
    await checkFitting(planned, image, needs, run);
    const built = { image, key, sha256, packages };
    // It has all that nodes need, but for what is wired to the boards.
    if (needsOf(planned, needs).boot.dtoverlays.length === 0) return baseOf(planned, built);
    const edited = await complete(planned, built, { ...needs, wanted: [] }, run);
    return baseOf(planned, edited.sha256 === sha256 ? built : { ...edited, packages });
  }
  const found = await findImageOf(planned, source, run);
  const path = found.from === 'file' ? found.path : found.base.imagePath;
  return await underGivenNames([{ image: { path }, givenName }], async () => {
    const image = await readFitting(planned, path);
    if (givenName !== null) await checkRootSound(image, givenName);
    await checkFitting(planned, image, needs, run);
    const sha256 =
      found.from === 'file' ? await knownDigest(path, { ...run, title: `Hash ${path}` }) : found.base.sha256;
    return baseOf(planned, await complete(planned, { image, sha256 }, needs, run));
  });
}

async function complete(
  planned: PlannedBase,
  found: Pick<IncompleteBase, 'image' | 'sha256'>,
  needs: BaseNeeds & { readonly wanted?: IncompleteBase['wanted'] },
  run: Run,
): ReturnType<typeof completeBase> {
  const { assets, wanted } = needs;
  const needed = needsOf(planned, needs);
  return await completeBase(
    { ...found, ...needed, wanted: wanted ?? needed.wanted, told: titleOf(planned), assets },
    run,
  );
}

function baseOf(
  { name, target, definition, givenName }: PlannedBase,
  { image, key, sha256, packages }: Awaited<ReturnType<typeof completeBase>>,
): Base {
  const { sizeBytes } = image.layout;
  const platform = definition === null ? {} : { platform: platformOf(target) };
  return { image, givenName, record: { key, name, ...platform, sha256, sizeBytes, packages: [...packages] } };
}

/** Name and platform of a base, for lists of the cache. */
export function titleOf({ name, target }: PlannedBase): IncompleteBase['told'] {
  return { definitionName: name, ...target };
}

/** All nodes of the cluster on this base, whichever are built: a mistake is said early. */
async function checkFitting(
  planned: PlannedBase,
  image: BaseImage,
  needs: BaseNeeds,
  { progress }: Run,
): Promise<void> {
  const { name, nodes } = planned;
  const warning = growthWarning(name, image);
  if (warning !== null) progress.warn(warning);
  const { wanted } = needsOf(planned, needs);
  const { packages: ownPackages } = needs.cluster;
  await needs.fittingBase({ name, image, nodes, wanted, ownPackages }, progress);
}

async function findImageOf(
  planned: PlannedBase,
  source: Exclude<PlannedBase['source'], { from: 'packages' }>,
  run: Run,
): Promise<FoundImage> {
  if (source.from === 'user') return await ensureUserImage(source.image, titleOf(planned), run);
  return { from: 'cache', base: await ensureVendorBase(source.request, run) };
}

/** Packages and boot settings for all nodes on a base, and archives of its release that have moved. */
function needsOf(
  { nodes, target, definition }: PlannedBase,
  { cluster, rendering }: BaseNeeds,
): Pick<IncompleteBase, 'wanted' | 'archive' | 'boot'> {
  const sharing = cluster.nodes.filter(({ name }) => nodes.includes(name));
  const vendor = definition?.vendor;
  const own = vendor?.packages.map(parseDependency) ?? [];
  return {
    wanted: [...rendering.neededPackages(sharing), ...own],
    archive: { moved: vendor?.moved_archives ?? [], isExpired: vendor?.moved_archives !== undefined },
    boot: {
      commandLine: vendor?.command_line ?? [],
      config: vendor?.config ?? [],
      dtoverlays: target.platform === 'raspberry-pi' ? cluster.dtoverlays : [],
    },
  };
}
