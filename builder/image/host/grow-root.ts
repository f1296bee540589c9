import { open, truncate } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ExtSuperblock } from '../ext-superblock.ts';
import { planTableGrowth, type TableGrowth } from '../grow-table.ts';
import { describePartition } from '../base-rules.ts';
import { HostError } from '../../report/errors.ts';
import { isDiskFull } from '../../system/host/disk-full.ts';
import { runTool } from '../../system/host/run-tool.ts';
import { readBaseImage, type BaseImage } from './base.ts';
import { readExtSuperblock } from './volumes.ts';
import { carveOut, putBack } from './carve-partition.ts';
import { withImage } from './open-image.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import { writeFully } from '../../system/host/write-fully.ts';

const mebibyte = 1024 * 1024;
/** Growth comes in these steps, so that group descriptors and inode tables are paid for at once. */
const stepBytes = 16 * mebibyte;
/** Each step asks for more than is missing; if that is not enough, something else is wrong. */
const attempts = 5;
const moreRoom = 'one with more room';

/** Free space in a filesystem, or the space that must be free. */
export interface FreeSpace {
  readonly bytes: number;
  /** Files, directories and links that it can take. */
  readonly inodes: number;
}

/** True when there is as much of everything as is needed. */
export function hasRoom(free: FreeSpace, needed: FreeSpace): boolean {
  return free.bytes >= needed.bytes && free.inodes >= needed.inodes;
}

/**
 * Makes the root filesystem of an image so large that what is needed is free in it: the image file, the partition
 * table with its backup, and the filesystem. Does nothing when there is room already. The image is written in place,
 * so it must be a private copy.
 *
 * @throws HostError `image-cannot-grow` when another partition lies behind the root, it has `bigalloc`, or resize2fs
 * stumbles over it, and as `readBaseImage` does.
 */
export async function growRoot(
  imagePath: string,
  needed: FreeSpace,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<BaseImage> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const base = await readBaseImage(imagePath);
    const superblock = await withImage(imagePath, (image) => readExtSuperblock(image, base.root));
    const free = freeSpaceOf(superblock);
    if (hasRoom(free, needed)) return base;
    // Its authors have not fully tested it. Source: resize2fs, main.c
    if (superblock.isClustered)
      throw cannotGrow(imagePath, 'resize2fs does not safely grow one with bigalloc', moreRoom);
    const missing = { bytes: needed.bytes - free.bytes, inodes: needed.inodes - free.inodes };
    await growOnce(base, superblock, growthFor(missing, superblock), options.signal);
  }
  throw cannotGrow(imagePath, 'its root filesystem does not become larger');
}

/** Free space in the root filesystem of an image. */
export async function freeRootSpace(base: BaseImage): Promise<FreeSpace> {
  return freeSpaceOf(await withImage(base.path, (image) => readExtSuperblock(image, base.root)));
}

function freeSpaceOf({ freeBlocks, blockSize, freeInodes }: ExtSuperblock): FreeSpace {
  return { bytes: freeBlocks * blockSize, inodes: freeInodes };
}

/** In whole steps. Inodes come with the block groups that are added: so many in each. */
function growthFor(missing: FreeSpace, superblock: ExtSuperblock): number {
  const { inodesPerGroup, blocksPerGroup, blockSize } = superblock;
  // A twentieth more, for the inode tables and descriptors of the new block groups.
  const forBytes = missing.bytes <= 0 ? 0 : missing.bytes * 1.05 + stepBytes;
  const groups = Math.max(0, Math.ceil(missing.inodes / inodesPerGroup));
  return Math.ceil(Math.max(forBytes, groups * blocksPerGroup * blockSize) / stepBytes) * stepBytes;
}

async function growOnce(
  base: BaseImage,
  superblock: ExtSuperblock,
  growthBytes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const growth = await withImage(base.path, (image) =>
    planTableGrowth(image, base.layout, base.root, growthBytes),
  );
  if (growth === null) {
    const last = base.layout.partitions.toSorted((one, other) => other.offsetBytes - one.offsetBytes)[0];
    throw cannotGrow(base.path, last === undefined ? '' : `behind its root, ${describePartition(last)}`);
  }
  const temporary = await makePrivateTemporary(dirname(resolve(base.path)));
  try {
    // resize2fs can be given an offset, but then cuts the image file off where it thinks that the filesystem ends.
    const carved = join(temporary.path, 'root');
    await withImage(base.path, (image) => carveOut(image, base.root, carved));
    await truncate(carved, base.root.sizeBytes + growthBytes);
    await resizeFilesystem(carved, superblock.writtenSeconds, signal).catch((error: unknown) => {
      const complaint = complaintOf(error);
      throw complaint === undefined
        ? error
        : cannotGrow(base.path, `resize2fs fails: ${complaint}`, moreRoom);
    });
    await applyGrowth(base.path, growth);
    await putBack(carved, base.path, base.root.offsetBytes);
  } finally {
    await temporary.remove();
  }
}

async function applyGrowth(imagePath: string, growth: TableGrowth): Promise<void> {
  const file = await open(imagePath, 'r+');
  try {
    await file.truncate(growth.sizeBytes);
    for (const { offsetBytes, bytes } of growth.writes) await writeFully(file, bytes, offsetBytes);
  } finally {
    await file.close();
  }
}

/** resize2fs wants a filesystem that was just checked. */
async function resizeFilesystem(
  path: string,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = {
    timeoutSeconds: 3600,
    // The same base grows to the same bytes.
    env: { E2FSPROGS_FAKE_TIME: String(seconds), E2FSCK_TIME: String(seconds) },
    signal,
  };
  await runTool('e2fsck', ['-fp', path], {
    ...options,
    step: 'check the root filesystem before it grows',
    acceptExitCodes: [1],
  });
  await runTool('resize2fs', [path], { ...options, step: 'grow the root filesystem' });
}

/** Reason why resize2fs cannot make a filesystem larger; undefined when it failed for another reason. */
function complaintOf(error: unknown): string | undefined {
  if (!(error instanceof HostError) || error.id !== 'tool-failed' || isDiskFull(error)) return undefined;
  const lines = error.details.map((line) => /^resize2fs: (.+?) while trying to resize /.exec(line)?.[1]);
  return lines.find((line) => line !== undefined);
}

function cannotGrow(
  imagePath: string,
  reason: string,
  wanted = `an image whose root partition is the last one, or ${moreRoom}`,
): HostError {
  return new HostError('image-cannot-grow', `the root filesystem of ${imagePath} cannot grow: ${reason}`, {
    hint: `take ${wanted}`,
  });
}
