import { extAllocation } from '../ext-allocation.ts';
import { checkExtWritable, checkNoOverlap, checkNotTruncated } from '../base-rules.ts';
import { subSource, type ByteSource } from '../byte-source.ts';
import type { ExtSuperblock } from '../ext-superblock.ts';
import type { ImageLayout, ImagePartition } from '../layout.ts';
import { openImage, type OpenImage } from './open-image.ts';
import { readLayoutOf } from './read-layout.ts';
import { rolesOf } from './partition-roles.ts';
import { readExtSuperblock } from './volumes.ts';

/** A base image that may be patched: whole, understood, and clean. */
export interface BaseImage {
  readonly path: string;
  readonly layout: ImageLayout;
  readonly root: ImagePartition;
  readonly boot: ImagePartition | null;
}

/**
 * Examines an image and refuses it unless nodes can be made from it. Reads only.
 *
 * @throws HostError as `openImage`, `readLayout` and `rolesOf` do, and `image-truncated`, `image-partitions-overlap`,
 *   `image-journal-dirty`, `image-has-errors`, `image-feature-unsupported` or `image-root-read-only`.
 */
export async function readBaseImage(path: string): Promise<BaseImage> {
  const image = await openImage(path);
  try {
    return await readBaseOf(image);
  } finally {
    await image.close();
  }
}

/** As `readBaseImage`, for an image that is open already. */
export async function readBaseOf(image: OpenImage): Promise<BaseImage> {
  const layout = await readLayoutOf(image);
  checkNotTruncated(image.path, layout);
  const roles = await rolesOf(image, layout);
  checkNoOverlap(image.path, layout);
  const superblock = await readExtSuperblock(image, roles.root);
  checkExtWritable(image.path, roles.root, superblock, await countFreeBlocks(image, roles.root, superblock));
  return { path: image.path, layout, ...roles };
}

/** Blocks that the bitmaps of an ext filesystem show as free; null where they cannot be relied on. */
async function countFreeBlocks(
  source: ByteSource,
  { offsetBytes, sizeBytes }: ImagePartition,
  { blocks, blockSize }: ExtSuperblock,
): Promise<number | null> {
  const used = await extAllocation(subSource(source, offsetBytes, sizeBytes));
  if (used === null) return null;
  return blocks - used.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0) / blockSize;
}
