import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  formatDependency,
  missingDependencies,
  type Dependency,
} from '../../../system/debian-packages/dependency.ts';
import type { Assets } from '../../../node/overlay/assets.ts';
import {
  packageEntries,
  readPackagesOverlay,
  type BakedPackage,
} from '../../../node/render/package-entries.ts';
import type { RenderedEntry } from '../../../node/render/rendered-node.ts';
import type { BaseRecord } from '../built-base.ts';
import {
  type BasePackage,
  parseDpkgStatus,
  presentNames,
} from '../../../system/debian-packages/dpkg-status.ts';
import { ensureCached } from '../ensure-cached.ts';
import { recordImage } from '../record-image.ts';
import { editBootFiles, type BootSettings } from './edit-boot-files.ts';
import { readBaseImage, type BaseImage } from '../../../image/host/base.ts';
import { copySparsely } from '../../../image/host/copy-sparsely.ts';
import { freeRootSpace, growRoot, hasRoom } from '../../../image/host/grow-root.ts';
import { withImage } from '../../../image/host/open-image.ts';
import { openWorkCopy } from '../../../image/host/work-copy.ts';
import { applyPatch } from '../../../image/host/apply-patch.ts';
import { nameInError } from '../../../system/host/name-in-error.ts';
import type { Task } from '../../../system/host/progress.ts';
import type { Run } from '../../../system/host/run.ts';
import type { ArchiveSettings } from './apt-root.ts';
import { countFiles } from './count-files.ts';
import { findPackages } from './find-packages.ts';
import { readAptSettings, type AptSettings } from './read-apt-settings.ts';
import type { ResolvedPackages } from './resolve-packages.ts';

/** An image that nodes are to be made from, and what they need in it. */
export interface IncompleteBase {
  readonly image: BaseImage;
  readonly sha256: string;
  /** Name and platform, for lists. */
  readonly told: Pick<BaseRecord, 'definitionName' | 'platform' | 'architecture'>;
  readonly wanted: readonly Dependency[];
  readonly archive: ArchiveSettings;
  readonly boot: BootSettings;
  /** Shipped files; the installer is among them. */
  readonly assets: Assets;
}

/** A base with all that its nodes need: installed, or in it and installed at the first start. */
export interface CompleteBase {
  readonly image: BaseImage;
  readonly key: string;
  readonly sha256: string;
  /** Empty where the image has no dpkg to ask. */
  readonly packages: readonly BasePackage[];
}

/** Goes up when a change of the TypeScript here makes another image of the same inputs. */
const revision = 1;

/** Space that dpkg needs beside the unpacked packages: its database, and files that scripts make. */
const spareBytes = 96 * 1024 * 1024;
const spareInodes = 2048;

/**
 * Puts the packages that an image lacks into a copy of it in the cache, to be installed at a node's first start without
 * network, and edits its boot files. An image that has all it needs is returned as it is. Of one without dpkg nobody can
 * tell what it has: it gets no packages.
 *
 * @throws HostError as `editBootFiles`, `findPackages`, `growRoot`, `openWorkCopy` and `ensureCached` do.
 */
export async function completeBase(base: IncompleteBase, options: Run): Promise<CompleteBase> {
  const { image, sha256, wanted } = base;
  const settings = await withImage(image.path, (open) => readAptSettings(open, image.root));
  if (settings === null) {
    const names = [...new Set(wanted.map(([preferred]) => preferred))].join(', ');
    options.progress.note(`note: ${base.told.definitionName} has no dpkg: ${names} have to be in it already`);
  }
  const present = settings === null ? null : presentNames(settings.status);
  const missing = present === null ? [] : missingDependencies(wanted, present);
  const bootFiles = await editBootFiles(base.told.definitionName, image, base.boot);
  if (missing.length === 0 && bootFiles.length === 0) {
    return { image, key: sha256, sha256, packages: parseDpkgStatus(settings?.status ?? '') };
  }
  const key = keyOf(base, missing, bootFiles);
  const made = await ensureCached(key, options, (directory) =>
    complete({ ...base, settings, missing, bootFiles, key, directory }, options),
  );
  return { key, sha256: made.sha256, packages: made.packages, image: await readBaseImage(made.imagePath) };
}

/** Not the mirror, and not the day: a base that was completed once stays what it is until it is removed. */
function keyOf(
  { sha256, archive, assets }: IncompleteBase,
  missing: readonly Dependency[],
  bootFiles: readonly RenderedEntry[],
): string {
  const overlay = readPackagesOverlay(assets).sha256;
  const needs = missing.map(formatDependency).toSorted();
  const files = bootFiles.map(({ entry, sha256: content }) => [entry.path, content]);
  const decisive = JSON.stringify({ revision, sha256, needs, archive, overlay, files });
  return createHash('sha256').update(`completed ${decisive}`).digest('hex');
}

interface Completion extends IncompleteBase {
  /** Null where the image has no dpkg; then nothing is missing. */
  readonly settings: AptSettings | null;
  readonly missing: readonly Dependency[];
  /** Edited files for the firmware. */
  readonly bootFiles: readonly RenderedEntry[];
  readonly key: string;
  /** Empty; takes `base.img` and `base.json`. */
  readonly directory: string;
}

const nothing: ResolvedPackages = { installed: [], removed: [], files: [], installedBytes: 0 };

async function complete(job: Completion, options: Run): Promise<void> {
  const { settings, missing, archive, key, told } = job;
  const started = performance.now();
  const task = options.progress.task(`Complete ${settings?.system ?? told.definitionName}`);
  try {
    const resolved =
      settings === null || missing.length === 0
        ? nothing
        : await findPackages({ settings, wanted: missing, archive, ...options }, task);
    if (resolved.removed.length > 0) {
      options.progress.note(`note: ${resolved.removed.join(', ')} will be removed: others take their place`);
    }
    await bake(job, resolved, task, options.signal);
    const origin = {
      ...told,
      key,
      packages: packagesAfter(settings?.status ?? '', resolved),
      extraPackages: missing.map(formatDependency),
      origin: describeCompletion(resolved, job.bootFiles),
      buildSeconds: Math.round((performance.now() - started) / 1000),
    };
    await recordImage(job.directory, origin, options.signal);
    task.done(origin.origin.replace('completed ', ''));
  } catch (error) {
    task.fail();
    // The copy is nothing to users.
    throw nameInError(error, join(job.directory, 'base.img'), job.image.path);
  }
}

function describeCompletion({ installed }: ResolvedPackages, bootFiles: readonly RenderedEntry[]): string {
  const names = bootFiles.map(({ entry }) => entry.path.replace(/^.*\//, '')).join(', ');
  return installed.length === 0
    ? `completed with changes to ${names}`
    : `completed with ${installed.length} packages`;
}

async function bake(
  job: Completion,
  resolved: ResolvedPackages,
  task: Task,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { assets, directory, bootFiles } = job;
  const packages =
    resolved.installed.length === 0
      ? []
      : packageEntries(bakedPackages(resolved), readPackagesOverlay(assets), assets);
  const entries = [...packages, ...bootFiles].map(({ entry }) => entry);
  const image = await copyWithRoom(job, resolved, task, signal);
  task.line('writing them into the image');
  const copy = await openWorkCopy({ base: image, directory });
  try {
    const patch = await copy.makePatch(entries, { signal });
    try {
      await applyPatch(image.path, patch, signal);
    } finally {
      await patch.close();
    }
  } finally {
    await copy.close();
  }
}

/** A copy of the image. It grows for packages, which are unpacked before the node's file system grows to its disk. */
async function copyWithRoom(
  { image, directory }: Completion,
  { files, installedBytes }: ResolvedPackages,
  task: Task,
  signal: AbortSignal | undefined,
): Promise<BaseImage> {
  const path = join(directory, 'base.img');
  await copySparsely(image.path, path, { step: 'copy the base', signal });
  const copy = { ...image, path };
  if (files.length === 0) return copy;
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, installedBytes + spareBytes);
  const needed = { bytes, inodes: (await countFiles(files, signal)) + spareInodes };
  if (hasRoom(await freeRootSpace(copy), needed)) return copy;
  task.line('making room for them');
  return await growRoot(path, needed, { signal });
}

function bakedPackages({ installed, files }: ResolvedPackages): BakedPackage[] {
  return installed.map((one) => {
    const fileName = `${one.name}_${one.version.replaceAll(':', '%3a')}_${one.architecture}.deb`;
    const file = files.find((candidate) => candidate.fileName === fileName);
    if (file === undefined) throw new Error(`apt lists no ${fileName}`);
    return { ...one, hostPath: file.hostPath, sizeBytes: file.sizeBytes, sha256: file.sha256 };
  });
}

/** As they will be on the node once it has started for the first time. */
function packagesAfter(status: string, { installed, removed }: ResolvedPackages): BasePackage[] {
  const gone = new Set([...removed, ...installed.map(({ name }) => name)]);
  const kept = parseDpkgStatus(status).filter(({ name }) => !gone.has(name));
  return [...kept, ...installed].toSorted((one, other) =>
    one.name < other.name ? -1 : one.name > other.name ? 1 : one.architecture < other.architecture ? -1 : 1,
  );
}
