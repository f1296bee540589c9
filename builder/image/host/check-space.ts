import type { ExtSuperblock } from '../ext-superblock.ts';
import type { FatVolume } from '../fat-volume.ts';
import type { SpaceNeed } from '../space-need.ts';
import { HostError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';

const hint = 'take a base with a larger partition, or leave out some of the files and container images';

/** @throws HostError `image-no-space` when blocks or inodes are short in the root partition. */
export function checkExtSpace(imagePath: string, need: SpaceNeed, superblock: ExtSuperblock): void {
  const { freeBlocks, freeInodes, blockSize } = superblock;
  if (need.units > freeBlocks) {
    throw noSpace(
      'root',
      imagePath,
      formatBytes(need.units * blockSize),
      formatBytes(freeBlocks * blockSize),
    );
  }
  if (need.inodes > freeInodes) {
    throw noSpace('root', imagePath, `${need.inodes} inodes`, `${freeInodes}`);
  }
}

/** @throws HostError `image-no-space` when clusters are short in the boot partition. */
export function checkFatSpace(imagePath: string, need: SpaceNeed, volume: FatVolume): void {
  const free = volume.freeClusters();
  const { clusterBytes } = volume.geometry;
  if (need.units > free) {
    throw noSpace(
      'boot',
      imagePath,
      formatBytes(need.units * clusterBytes),
      formatBytes(free * clusterBytes),
    );
  }
}

function noSpace(partition: string, imagePath: string, needed: string, free: string): HostError {
  return new HostError(
    'image-no-space',
    `the ${partition} partition of ${imagePath} has no room: ${needed} needed, ${free} free`,
    { hint },
  );
}
