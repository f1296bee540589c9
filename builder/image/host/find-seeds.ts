import { isExt, isFat, type ImageLayout, type ImagePartition } from '../layout.ts';
import { kernelWords } from '../kernel-words.ts';
import { winningSeed, type SeedPlace } from '../winning-seed.ts';
import { HostError } from '../../report/errors.ts';
import { openImageFiles, type ImageFile, type ImageFiles } from './image-files.ts';
import type { OpenImage } from './open-image.ts';
import { readCommandLines } from './read-command-lines.ts';
import type { ImageRoles } from './partition-roles.ts';

/** A NoCloud seed: the files with which cloud-init configures a node. */
export interface FoundSeed {
  readonly partition: ImagePartition;
  /** Directory inside the partition. */
  readonly directory: string;
  /** Names of the seed files that are there. */
  readonly files: readonly string[];
  /** Text of `meta-data`; empty where there is none, or a link. */
  readonly metaData: string;
  /** True for the one that the image's cloud-init takes, by its settings. */
  readonly wins: boolean;
}

/** Places that cloud-init's NoCloud datasource searches. Source: cloud-init, sources/DataSourceNoCloud.py. */
const seedDirectories = {
  fat: ['/'],
  ext: ['/var/lib/cloud/seed/nocloud', '/var/lib/cloud/seed/nocloud-net'],
};
/** Mount points of the boot partition before cloud-init looks for seeds. */
const bootDirectories = ['/boot', '/boot/firmware'];
const settingsFile = '/etc/cloud/cloud.cfg';
const seedNames = ['user-data', 'meta-data', 'network-config', 'vendor-data'];

type Unjudged = Omit<FoundSeed, 'wins'> & Pick<SeedPlace, 'leadsTo'>;

/**
 * Finds the seeds of an image, and says which of them wins. Without a root filesystem there is no cloud-init that could
 * take one.
 */
export async function findSeeds(
  image: OpenImage,
  layout: ImageLayout,
  roles: ImageRoles | null,
): Promise<FoundSeed[]> {
  const seeds: Unjudged[] = [];
  for (const partition of layout.partitions) {
    const { kind } = partition.filesystem;
    if (!isFat(kind) && !isExt(kind)) continue;
    // A partition that cannot be read is shown without seeds; that it is damaged is for a filesystem check to say.
    const files = await openImageFiles(image, partition);
    for (const directory of isFat(kind) ? seedDirectories.fat : seedDirectories.ext) {
      const found = (await listOf(files, directory)).filter(({ name }) => seedNames.includes(name));
      if (found.length > 0)
        seeds.push({ partition, directory, ...(await readSeed(files, directory, found)) });
    }
  }
  if (roles === null || seeds.length === 0) return seeds.map((seed) => judged(seed, false));
  const words = [...(await readCommandLines(image, roles)).values()].flatMap(kernelWords);
  const winner = winningSeed(
    { settings: await readSettings(image, roles.root), words },
    seeds.flatMap((seed) => placeOf(seed, roles)),
  );
  return seeds.map((seed) =>
    judged(seed, winner?.partition === seed.partition.number && winner.directory === seed.directory),
  );
}

function judged({ partition, directory, files, metaData }: Unjudged, wins: boolean): FoundSeed {
  return { partition, directory, files, metaData, wins };
}

async function readSeed(
  files: ImageFiles,
  directory: string,
  found: readonly ImageFile[],
): Promise<Pick<Unjudged, 'files' | 'metaData' | 'leadsTo'>> {
  const metaData = found.find(({ name, kind }) => name === 'meta-data' && kind === 'file');
  const text = metaData === undefined ? '' : (await files.read(`${directory}/meta-data`)).toString('utf8');
  const target = found.find(({ name }) => name === 'user-data')?.target ?? null;
  return {
    files: seedNames.filter((name) => found.some((one) => one.name === name)),
    metaData: text,
    leadsTo: target === null || target.startsWith('/') ? target : `${directory}/${target}`,
  };
}

/** Seed directories of other roots, and labels of other filesystems, are not looked at. */
function placeOf(seed: Unjudged, { root, boot }: ImageRoles): (SeedPlace & { readonly directory: string })[] {
  const { partition, directory, files, metaData, leadsTo } = seed;
  const common = { partition: partition.number, label: partition.filesystem.label, files, metaData, leadsTo };
  if (isFat(partition.filesystem.kind)) {
    const directories = partition.number === boot?.number ? bootDirectories : [];
    return [{ ...common, on: 'fat', directory, directories }];
  }
  return partition.number === root.number
    ? [{ ...common, on: 'root', directory, directories: [directory] }]
    : [];
}

/** cloud-init's own settings in the order in which later ones override earlier ones. */
async function readSettings(image: OpenImage, root: ImagePartition): Promise<string[]> {
  const files = await openImageFiles(image, root);
  const parts = (await listOf(files, `${settingsFile}.d`)).filter(
    ({ name, kind }) => kind === 'file' && name.endsWith('.cfg'),
  );
  const main = (await files.stat(settingsFile))?.kind === 'file' ? [settingsFile] : [];
  const paths = [...main, ...parts.map(({ name }) => `${settingsFile}.d/${name}`)];
  return paths.length === 0 ? [] : (await files.readAll(paths)).map((bytes) => bytes.toString('utf8'));
}

async function listOf(files: ImageFiles, directory: string): Promise<readonly ImageFile[]> {
  return files.list(directory).catch((error: unknown) => {
    if (error instanceof HostError) return [];
    throw error;
  });
}
