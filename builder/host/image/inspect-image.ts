import { parseImageAddress } from '../../image/image-address.ts';
import type { ImageLayout, ImagePartition } from '../../image/layout.ts';
import { winningSeed } from '../../image/winning-seed.ts';
import { isExt, isFat } from '../../image/layout.ts';
import { describePartition } from '../../image/base-rules.ts';
import { HostError } from '../../report/errors.ts';
import { openImageFiles, type ImageFile, type ImageFiles } from './image-files.ts';
import { withImage, type OpenImage } from './open-image.ts';
import { readLayoutOf } from './read-layout.ts';
import { rolesOf, type ImageRoles } from './roles.ts';

/** A NoCloud seed: the files with which cloud-init configures a node. */
export interface FoundSeed {
  readonly partition: ImagePartition;
  /** Directory inside the partition. */
  readonly directory: string;
  /** Names of the seed files that are there. */
  readonly files: readonly string[];
  /** Whether it is the one that the image's cloud-init takes, by its settings. */
  readonly wins: boolean;
}

/** What an image is, as `dlimage inspect` shows it. */
export interface ImageReport {
  readonly path: string;
  readonly layout: ImageLayout;
  /** Null when the image has no root filesystem that dlimage can write; `rolesProblem` says why. */
  readonly roles: ImageRoles | null;
  readonly rolesProblem: string | null;
  readonly seeds: readonly FoundSeed[];
}

/** Where cloud-init's NoCloud datasource looks. Source: cloud-init, sources/DataSourceNoCloud.py. */
const seedDirectories = {
  fat: ['/'],
  ext: ['/var/lib/cloud/seed/nocloud', '/var/lib/cloud/seed/nocloud-net'],
};
const settingsFile = '/etc/cloud/cloud.cfg';
const seedNames = ['user-data', 'meta-data', 'network-config', 'vendor-data'];

/** Says how an image is divided, what its partitions hold, and which seeds it carries. Reads only, needs no root. */
export async function inspectImage(path: string): Promise<ImageReport> {
  return withImage(path, async (image) => {
    const layout = await readLayoutOf(image);
    const roles = await rolesOf(image, layout).catch((error: unknown) => {
      if (error instanceof HostError) return error;
      throw error;
    });
    const failed = roles instanceof HostError;
    return {
      path,
      layout,
      roles: failed ? null : roles,
      rolesProblem: failed ? roles.message : null,
      seeds: await judgeSeeds(image, await findSeeds(image, layout), failed ? null : roles),
    };
  });
}

type SeedFiles = Omit<FoundSeed, 'wins'>;

async function findSeeds(image: OpenImage, layout: ImageLayout): Promise<SeedFiles[]> {
  const seeds: SeedFiles[] = [];
  for (const partition of layout.partitions) {
    const { kind } = partition.filesystem;
    if (!isFat(kind) && !isExt(kind)) continue;
    // A partition that cannot be read is shown without seeds; that it is damaged is for a filesystem check to say.
    const files = await openImageFiles(image, partition);
    for (const directory of isFat(kind) ? seedDirectories.fat : seedDirectories.ext) {
      const names = await listNames(files, directory);
      const found = seedNames.filter((name) => names.includes(name));
      if (found.length > 0) seeds.push({ partition, directory, files: found });
    }
  }
  return seeds;
}

/** Says which of the seeds wins. Without a root filesystem there is no cloud-init that could take one. */
async function judgeSeeds(
  image: OpenImage,
  seeds: readonly SeedFiles[],
  roles: ImageRoles | null,
): Promise<FoundSeed[]> {
  if (roles === null || seeds.length === 0) return seeds.map((seed) => ({ ...seed, wins: false }));
  const places = seeds.map(({ partition, files }, index) => ({
    index,
    // Labels of other filesystems are not looked at.
    files: partition.number === roles.root.number || isFat(partition.filesystem.kind) ? files : [],
    label: partition.filesystem.label,
    on: partition.number === roles.root.number ? ('root' as const) : ('fat' as const),
    isBoot: partition.number === roles.boot?.number,
  }));
  const winner = winningSeed(await readSettings(image, roles.root), places);
  return seeds.map((seed, index) => ({ ...seed, wins: index === winner?.index }));
}

/** cloud-init's own settings in the order in which later ones override earlier ones. */
async function readSettings(image: OpenImage, root: ImagePartition): Promise<string[]> {
  const files = await openImageFiles(image, root);
  const parts = (await listNames(files, `${settingsFile}.d`)).filter((name) => name.endsWith('.cfg'));
  const texts: string[] = [];
  for (const path of [settingsFile, ...parts.map((name) => `${settingsFile}.d/${name}`)]) {
    if ((await files.stat(path))?.kind === 'file') texts.push((await files.read(path)).toString('utf8'));
  }
  return texts;
}

async function listNames(files: ImageFiles, directory: string): Promise<string[]> {
  const entries = await files.list(directory).catch((error: unknown) => {
    if (error instanceof HostError) return [];
    throw error;
  });
  return entries.map((entry) => entry.name);
}

/**
 * Lists a directory of an image, or the one file that the path names: `/etc`, `boot:/`, `2:/var`.
 *
 * @throws UsageError for a path that is none; HostError when the image, the partition or the path is not there.
 */
export async function listImagePath(imagePath: string, address: string): Promise<readonly ImageFile[]> {
  return atAddress(imagePath, address, async (files, path) => {
    const found = await files.stat(path);
    if (found !== null && found.kind !== 'directory' && found.kind !== 'symlink') return [found];
    return files.list(path);
  });
}

/** The bytes of a file of an image, addressed as in `listImagePath`. Links are followed. */
export async function readImageFile(imagePath: string, address: string): Promise<Buffer> {
  return atAddress(imagePath, address, (files, path) => files.read(path));
}

/** What is at an address, without following a link at its end; null when nothing is. */
export async function statImagePath(imagePath: string, address: string): Promise<ImageFile | null> {
  return atAddress(imagePath, address, (files, path) => files.stat(path));
}

async function atAddress<T>(
  imagePath: string,
  address: string,
  use: (files: ImageFiles, path: string) => Promise<T>,
): Promise<T> {
  const { partition: wanted, path } = parseImageAddress(address);
  return withImage(imagePath, async (image) => {
    const layout = await readLayoutOf(image);
    const partition = await choosePartition(image, layout, wanted);
    return use(await openImageFiles(image, partition), path);
  });
}

async function choosePartition(
  image: OpenImage,
  layout: ImageLayout,
  wanted: 'root' | 'boot' | number,
): Promise<ImagePartition> {
  if (typeof wanted === 'number') {
    const found = layout.partitions.find(({ number }) => number === wanted);
    if (found !== undefined) return found;
    throw noPartition(image, layout, `partition ${wanted}`);
  }
  const found = (await rolesOf(image, layout))[wanted];
  if (found !== null) return found;
  throw noPartition(image, layout, `${wanted} partition`);
}

function noPartition(image: OpenImage, layout: ImageLayout, what: string): HostError {
  return new HostError('image-no-partition', `${image.path} has no ${what}`, {
    hint: `it has: ${layout.partitions.map(describePartition).join(', ')}`,
  });
}
