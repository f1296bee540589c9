import { subSource, type ByteSource } from './byte-source.ts';
import { isExt, isFat, type ImageLayout, type ImagePartition } from './layout.ts';
import { alignRanges, type ByteRange } from './ranges.ts';
import { extAllocation } from './ext-allocation.ts';
import { fatAllocation } from './fat-allocation.ts';

/**
 * Ranges of an image that must be written to a card, in whole blocks of 4 KiB, sorted and joined.
 *
 * Only what a filesystem itself calls free is left out. Zeros are not: a file of zeros, or an inode table that is
 * expected to be zero, would show what the card held before. Partition tables, the gaps between partitions (boot
 * loaders live there), and partitions whose filesystem is not understood count as in use altogether.
 */
export async function mappedRanges(source: ByteSource, layout: ImageLayout): Promise<ByteRange[]> {
  const partitions = layout.partitions.toSorted((a, b) => a.offsetBytes - b.offsetBytes);
  const used: ByteRange[] = [];
  let position = 0;
  for (const partition of partitions) {
    used.push(between(position, partition.offsetBytes));
    used.push(...(await partitionRanges(source, partition)));
    position = Math.max(position, partition.offsetBytes + partition.sizeBytes);
  }
  used.push(between(position, source.sizeBytes));
  return alignRanges(used, source.sizeBytes, Infinity);
}

async function partitionRanges(source: ByteSource, partition: ImagePartition): Promise<ByteRange[]> {
  const { offsetBytes, sizeBytes, filesystem } = partition;
  const whole = [{ offsetBytes, lengthBytes: sizeBytes }];
  const volume = subSource(source, offsetBytes, sizeBytes);
  const allocation = await allocationOf(volume, filesystem.kind);
  if (allocation === null || filesystem.sizeBytes === null || filesystem.sizeBytes > sizeBytes) return whole;
  const ranges = allocation.map((range) => ({ ...range, offsetBytes: range.offsetBytes + offsetBytes }));
  // What lies behind the filesystem's end is not its to call free.
  return [...ranges, between(offsetBytes + filesystem.sizeBytes, offsetBytes + sizeBytes)];
}

async function allocationOf(
  volume: ByteSource,
  kind: ImagePartition['filesystem']['kind'],
): Promise<ByteRange[] | null> {
  if (isExt(kind)) return extAllocation(volume);
  return isFat(kind) ? fatAllocation(volume) : null;
}

function between(start: number, end: number): ByteRange {
  return { offsetBytes: start, lengthBytes: Math.max(0, end - start) };
}
