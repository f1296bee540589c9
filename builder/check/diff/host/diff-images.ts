import { compareLayouts } from '../compare-layouts.ts';
import { compareTrees } from '../compare-trees.ts';
import type { ImageDifference, PartitionDifference } from '../difference.ts';
import { openFileTree } from '../file-tree.ts';
import { cachedSource } from '../../../image/cached-source.ts';
import type { ImagePartition } from '../../../image/layout.ts';
import { differingRuns, type ByteRange } from '../../../image/ranges.ts';
import { withImage, type OpenImage } from '../../../image/host/open-image.ts';
import { readLayoutOf } from '../../../image/host/read-layout.ts';
import type { Progress } from '../../../system/host/progress.ts';

const chunkBytes = 4 * 1024 * 1024;

/** Compares two raw images: bytes, partitions, and every file on the filesystems that can be read. */
export async function diffImages(
  firstPath: string,
  secondPath: string,
  context: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<ImageDifference> {
  return withImage(firstPath, (first) =>
    withImage(secondPath, async (second) => {
      const [one, other] = [await readLayoutOf(first), await readLayoutOf(second)];
      const differing = await differingRanges(first, second, context);
      const partitions: PartitionDifference[] = [];
      for (const partition of one.partitions) {
        const counterpart = other.partitions.find(({ number }) => number === partition.number);
        if (counterpart === undefined) continue;
        const compared = await diffPartitions([first, partition], [second, counterpart], differing);
        if (compared.files.length > 0 || compared.unread !== null) partitions.push(compared);
      }
      return {
        differingBytes: differing.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
        layout: compareLayouts(one, other),
        partitions,
      };
    }),
  );
}

async function differingRanges(
  first: OpenImage,
  second: OpenImage,
  { progress, signal }: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<ByteRange[]> {
  const total = Math.max(first.sizeBytes, second.sizeBytes);
  const task = progress.task('Compare', { total, unit: 'bytes' });
  const ranges: ByteRange[] = [];
  for (let offset = 0; offset < total; offset += chunkBytes) {
    signal?.throwIfAborted();
    const length = Math.min(chunkBytes, total - offset);
    const [before, after] = await Promise.all([first.read(offset, length), second.read(offset, length)]);
    const runs = differingRuns(before, after);
    ranges.push(...runs.map((run) => ({ ...run, offsetBytes: run.offsetBytes + offset })));
    task.update(offset + length);
  }
  task.done();
  return ranges;
}

async function diffPartitions(
  [firstImage, first]: readonly [OpenImage, ImagePartition],
  [secondImage, second]: readonly [OpenImage, ImagePartition],
  differing: readonly ByteRange[],
): Promise<PartitionDifference> {
  const about = { number: first.number, label: first.filesystem.label };
  const end = first.offsetBytes + first.sizeBytes;
  const isSamePlace = first.offsetBytes === second.offsetBytes && first.sizeBytes === second.sizeBytes;
  const isTouched = differing.some(
    ({ offsetBytes, lengthBytes }) => offsetBytes < end && offsetBytes + lengthBytes > first.offsetBytes,
  );
  if (isSamePlace && !isTouched) return { ...about, files: [], unread: null };
  const one = await openFileTree(cachedSource(firstImage), first);
  const other = await openFileTree(cachedSource(secondImage), second);
  if (one === null || other === null) {
    const { kind } = one === null ? first.filesystem : second.filesystem;
    return { ...about, files: [], unread: `files of this ${kind} filesystem are not compared` };
  }
  return { ...about, files: await compareTrees(one, other, differing), unread: null };
}
