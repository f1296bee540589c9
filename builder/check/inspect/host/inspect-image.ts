import { parseImageAddress } from '../../../image/image-address.ts';
import type { ImageLayout, ImagePartition } from '../../../image/layout.ts';
import { describePartition } from '../../../image/base-rules.ts';
import { HostError } from '../../../report/errors.ts';
import { findSeeds, type FoundSeed } from '../../../image/host/find-seeds.ts';
import { openImageFiles, type ImageFile, type ImageFiles } from '../../../image/host/image-files.ts';
import { withImage, type OpenImage } from '../../../image/host/open-image.ts';
import { readLayoutOf } from '../../../image/host/read-layout.ts';
import { rolesOf, type ImageRoles } from '../../../image/host/partition-roles.ts';

/** Description of an image, as `dlimage inspect` shows it. */
export interface ImageReport {
  readonly path: string;
  readonly layout: ImageLayout;
  /** Null when the image has no root filesystem that dlimage can write; `rolesProblem` says why. */
  readonly roles: ImageRoles | null;
  readonly rolesProblem: string | null;
  readonly seeds: readonly Omit<FoundSeed, 'metaData'>[];
}

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
      seeds: (await findSeeds(image, layout, failed ? null : roles)).map(
        ({ partition, directory, files, wins }) => ({ partition, directory, files, wins }),
      ),
    };
  });
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

/** Finds the thing at an address, without following a link at its end; null when nothing is there. */
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
