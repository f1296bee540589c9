import { subSource, type ByteSource } from '../byte-source.ts';
import {
  extSuperblockOffset,
  extSuperblockSize,
  parseExtSuperblock,
  type ExtSuperblock,
} from '../ext-superblock.ts';
import { parseFatGeometry } from '../fat-geometry.ts';
import { openFatVolume, type FatVolume } from '../fat-volume.ts';
import type { ImagePartition } from '../layout.ts';
import { HostError } from '../../report/errors.ts';

/** The superblock of a partition that is known to be ext. */
export async function readExtSuperblock(
  source: ByteSource,
  partition: ImagePartition,
): Promise<ExtSuperblock> {
  const bytes = await source.read(partition.offsetBytes + extSuperblockOffset, extSuperblockSize);
  const superblock = parseExtSuperblock(bytes);
  if (superblock === null) throw changed(partition);
  return superblock;
}

/** The filesystem of a partition that is known to be FAT. */
export async function readFatVolume(source: ByteSource, partition: ImagePartition): Promise<FatVolume> {
  const volume = subSource(source, partition.offsetBytes, partition.sizeBytes);
  const geometry = parseFatGeometry(await volume.read(0, 512));
  if (geometry === null) throw changed(partition);
  return openFatVolume(volume, geometry);
}

function changed(partition: ImagePartition): HostError {
  return new HostError('image-changed', `partition ${partition.number} changed while it was read`, {
    hint: 'nothing else may write to the image meanwhile',
  });
}
