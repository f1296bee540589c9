import type { ByteSource } from './byte-source.ts';
import type { Piece } from './piece.ts';
import type { ByteRange } from './ranges.ts';

/** Ranges that replace the base's bytes. */
export interface PatchRange extends ByteRange {
  readonly piece: Piece;
}

/**
 * What makes one image out of its base: the ranges that differ, in the order of their offsets, without overlaps.
 * The bytes are read when they are wanted, since a large patch lies in a file until it is closed.
 */
export interface Patch {
  readonly baseSizeBytes: number;
  /** No range is longer than 1 MiB. */
  readonly ranges: readonly PatchRange[];
  /** Sum of the ranges' lengths. */
  readonly sizeBytes: number;
  /** The bytes of one of `ranges`. */
  read(range: PatchRange): Promise<Buffer>;
  /** Gives back memory and disk space. */
  close(): Promise<void>;
}

/** A base with a patch laid over it, read as if it were one image. */
export function patchedSource(base: ByteSource, patch: Patch): ByteSource {
  return {
    sizeBytes: base.sizeBytes,
    async read(offsetBytes, lengthBytes) {
      const bytes = await base.read(offsetBytes, lengthBytes);
      await overlayPatch(bytes, offsetBytes, patch);
      return bytes;
    },
  };
}

/** Lays the patch over bytes of the base that begin at `offsetBytes`. Returns false when nothing was changed. */
export async function overlayPatch(bytes: Buffer, offsetBytes: number, patch: Patch): Promise<boolean> {
  const endBytes = offsetBytes + bytes.length;
  let index = firstRangeAfter(patch.ranges, offsetBytes);
  const first = index;
  for (let range = patch.ranges[index]; range !== undefined && range.offsetBytes < endBytes;) {
    const content = await patch.read(range);
    const skip = Math.max(0, offsetBytes - range.offsetBytes);
    content.copy(bytes, range.offsetBytes + skip - offsetBytes, skip);
    index += 1;
    range = patch.ranges[index];
  }
  return index > first;
}

/** Index of the first range that ends behind a position. */
function firstRangeAfter(ranges: readonly ByteRange[], position: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range !== undefined && range.offsetBytes + range.lengthBytes <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
