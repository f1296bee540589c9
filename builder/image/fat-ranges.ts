import type { Entry } from './entry.ts';
import { clusterOffset } from './fat-geometry.ts';
import type { FatVolume } from './fat-volume.ts';
import { ancestorsOf } from './image-path.ts';
import type { ByteRange } from './ranges.ts';

/**
 * Ranges of a FAT volume that hold every change that writing `entries` can have made, so that the rest need not be
 * compared: the boot sectors and tables, every directory on the way to an entry as it was and as it is, the clusters
 * of the entries, and every cluster whose link changed. The last alone is not enough: a replaced file often gets back
 * the very clusters that it had.
 */
export async function fatRangesToCompare(
  before: FatVolume,
  after: FatVolume,
  entries: readonly Entry[],
): Promise<ByteRange[]> {
  const { geometry } = after;
  const paths = new Set(entries.flatMap((entry) => ['/', ...ancestorsOf(entry.path), entry.path]));
  const ranges: ByteRange[] = [{ offsetBytes: 0, lengthBytes: geometry.dataOffsetBytes }];
  for (const path of paths) {
    for (const volume of [before, after]) {
      const node = await volume.find(path);
      if (node !== null) ranges.push(...volume.rangesOf(node));
    }
  }
  for (const cluster of before.table.changedClusters(after.table)) {
    ranges.push({ offsetBytes: clusterOffset(geometry, cluster), lengthBytes: geometry.clusterBytes });
  }
  return ranges;
}
