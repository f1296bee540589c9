import { createHash } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDependency, missingDependencies, type Dependency } from '../../packages/dependency.ts';
import type { Assets } from '../../plan/assets.ts';
import { packageEntries, readPackagesOverlay, type BakedPackage } from '../../render/package-entries.ts';
import { HostError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { nativeArchitectureOf, parseDpkgStatus, presentNames } from '../base/dpkg-status.ts';
import type { BasePackage } from '../base/built-base.ts';
import { ensureCached } from '../base/ensure-cached.ts';
import { acquireLock } from '../base/process-lock.ts';
import { makePrivateDirectory } from '../files.ts';
import { readBase, readExtSuperblock, type BaseImage } from '../image/base.ts';
import { withImage } from '../image/open-image.ts';
import { openWorkCopy } from '../image/work-copy.ts';
import { writeImage } from '../image/write-image.ts';
import type { Progress, Task } from '../progress.ts';
import { createAptRoot, type ArchiveSettings } from './apt-root.ts';
import { readAptSettings, type AptSettings } from './read-apt-settings.ts';
import { resolvePackages, type ResolvedPackages } from './resolve-packages.ts';

/** An image that nodes are to be made from, and what they need in it. */
export interface IncompleteBase {
  readonly image: BaseImage;
  readonly sha256: string;
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

/** What `base.json` says about the completed image beside it. */
interface CompleteRecord extends Omit<CompleteBase, 'image'> {
  readonly format: 1;
  readonly sizeBytes: number;
}

/** Goes up when a change of the TypeScript here makes another image of the same inputs. */
const revision = 1;

/** What dpkg needs beside the unpacked packages: its database, and files that scripts make. */
const spareBytes = 64 * 1024 * 1024;

/**
 * Puts the packages that an image lacks into a copy of it in the cache, to be installed at a node's first start without
 * network. An image that has all it needs is returned as it is, and so is one without dpkg: what it has cannot be told.
 *
 * @throws HostError as `resolvePackages`, `openWorkCopy` and `ensureCached` do, and `image-no-space`.
 */
export async function completeBase(
  base: IncompleteBase,
  options: { readonly cacheDirectory: string; readonly progress: Progress; readonly signal?: AbortSignal },
): Promise<CompleteBase> {
  const { image, sha256 } = base;
  const settings = await withImage(image.path, (open) => readAptSettings(open, image.root));
  if (settings === null) {
    options.progress.note(`note: ${image.path} has no dpkg: ${listOf(base.wanted)} have to be in it already`);
    return { image, key: sha256, sha256, packages: [] };
  }
  const missing = missingDependencies(base.wanted, presentNames(settings.status));
  if (missing.length === 0) return { image, key: sha256, sha256, packages: parseDpkgStatus(settings.status) };
  const key = keyOf(base, missing);
  const path = join(options.cacheDirectory, 'completed', key);
  const record = await ensureCached({
    path,
    read: () => readRecord(path),
    make: (directory) => complete({ ...base, settings, missing, bootFiles, key, directory }, options),
    progress: options.progress,
    ...(options.signal && { signal: options.signal }),
  });
  return { ...record, image: await readBase(join(path, 'base.img')) };
}

function listOf(wanted: readonly Dependency[]): string {
  return wanted.map(([preferred]) => preferred).join(', ');
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
  return createHash('sha256')
    .update(JSON.stringify({ revision, sha256, needs, archive, overlay, files }))
    .digest('hex');
}

async function readRecord(directory: string): Promise<CompleteRecord | undefined> {
  const text = await readFile(join(directory, 'base.json'), 'utf8').catch(() => undefined);
  const size = await stat(join(directory, 'base.img')).then(
    ({ size: bytes }) => bytes,
    () => undefined,
  );
  if (text === undefined) return undefined;
  const record: CompleteRecord = JSON.parse(text);
  return record.format === 1 && record.sizeBytes === size ? record : undefined;
}

interface Completion extends IncompleteBase {
  /** Null where the image has no dpkg; then nothing is missing. */
  readonly settings: AptSettings | null;
  readonly missing: readonly Dependency[];
  /** Of the boot partition, edited. */
  readonly bootFiles: readonly RenderedEntry[];
  readonly key: string;
  /** Empty; takes `base.img` and `base.json`. */
  readonly directory: string;
}

interface CompletionOptions {
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

async function complete(job: Completion, options: CompletionOptions): Promise<void> {
  const task = options.progress.task(`Find packages for ${job.settings.system}`);
  try {
    const resolved = await resolve(job, options, task);
    if (resolved.removed.length > 0) {
      options.progress.note(`note: ${resolved.removed.join(', ')} will be removed: others take their place`);
    }
    await checkRoom(job, resolved);
    task.line('writing them into the image');
    await bake(job, resolved, options.signal);
    task.done(`${resolved.installed.length} packages`);
  } catch (error) {
    task.fail();
    throw error;
  }
}

async function resolve(job: Completion, options: CompletionOptions, task: Task): Promise<ResolvedPackages> {
  const { settings, missing, archive } = job;
  const architecture = nativeArchitectureOf(settings.status);
  if (architecture === undefined) {
    throw new HostError(
      'image-without-dpkg',
      `${job.image.path} has a dpkg that is not installed by itself`,
      {
        hint: 'take an image of a Debian system that is complete',
      },
    );
  }
  const sources = createHash('sha256');
  for (const [path, content] of settings.files) sources.update(path).update(content);
  const directory = join(
    options.cacheDirectory,
    'apt',
    `${sources.digest('hex').slice(0, 16)}-${architecture}`,
  );
  await makePrivateDirectory(directory);
  const lock = await acquireLock(`${directory}.lock`, options.signal && { signal: options.signal });
  try {
    const apt = await createAptRoot(directory, settings, architecture, archive);
    const system = `${settings.system}, ${architecture}`;
    return await resolvePackages({ apt, wanted: missing, system, signal: options.signal }, task);
  } finally {
    await lock.release();
  }
}

/** They are unpacked before the file system grows to the size of the disk. */
async function checkRoom({ image }: Completion, { files, installedBytes }: ResolvedPackages): Promise<void> {
  const superblock = await withImage(image.path, (open) => readExtSuperblock(open, image.root));
  const free = superblock.freeBlocks * superblock.blockSize;
  const needed = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, installedBytes + spareBytes);
  if (needed <= free) return;
  throw new HostError(
    'image-no-space',
    `the root partition of ${image.path} has no room: ${formatBytes(needed)} needed for packages, ${formatBytes(free)} free`,
    { hint: 'take a base with a larger partition' },
  );
}

async function bake(
  job: Completion,
  resolved: ResolvedPackages,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { image, assets, directory, key, settings } = job;
  const entries = packageEntries(bakedPackages(resolved), readPackagesOverlay(assets), assets);
  const copy = await openWorkCopy({ base: image, directory });
  const imagePath = join(directory, 'base.img');
  try {
    const patch = await copy.makePatch(
      entries.map(({ entry }) => entry),
      { ...(signal && { signal }) },
    );
    try {
      const written = await writeImage({
        basePath: image.path,
        patch,
        target: imagePath,
        ...(signal && { signal }),
      });
      const record: CompleteRecord = {
        format: 1,
        key,
        sha256: written.sha256,
        sizeBytes: written.sizeBytes,
        packages: packagesAfter(settings.status, resolved),
      };
      await chmod(imagePath, 0o444);
      await writeFile(join(directory, 'base.json'), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o444 });
    } finally {
      await patch.close();
    }
  } finally {
    await copy.close();
  }
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
