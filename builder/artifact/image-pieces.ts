import type { ByteRange } from '../image/ranges.ts';
import type { PatchRange } from '../image/patch.ts';
import { cutRange, endOf, overlayRanges, type ImageContents } from './image-contents.ts';
import type { Piece } from '../image/piece.ts';

/** Plans any stretch of an image: bytes of the patches, ranges of the base file, and zeros. */
export interface ImagePlan {
  readonly sizeBytes: number;
  /** Both layers as one. */
  readonly patch: readonly PatchRange[];
  /** Pieces of a stretch of the image, without gaps. */
  pieces(offsetBytes: number, lengthBytes: number): Piece[];
}

/**
 * Prepares the plan of an image.
 *
 * @param dataRanges Ranges of the base file that are not all zero, sorted. What lies outside is never read; this saves
 *   time only, and says nothing about what is in use.
 */
export function planImage(contents: ImageContents, dataRanges: readonly ByteRange[]): ImagePlan {
  const { path, sizeBytes } = contents.base;
  const patch = overlayRanges(contents.shared, contents.own);
  const dataEnd = (range: ByteRange) => range.offsetBytes + range.lengthBytes;

  const basePieces = (start: number, end: number): Piece[] => {
    const pieces: Piece[] = [];
    let position = start;
    for (let index = firstEndingAfter(dataRanges, start, dataEnd); index < dataRanges.length; index += 1) {
      const range = dataRanges[index]!;
      if (range.offsetBytes >= end) break;
      const from = Math.max(position, range.offsetBytes);
      const to = Math.min(end, dataEnd(range));
      if (from > position) pieces.push({ kind: 'zeros', lengthBytes: from - position });
      pieces.push({ kind: 'file', path, offsetBytes: from, lengthBytes: to - from });
      position = to;
    }
    if (position < end) pieces.push({ kind: 'zeros', lengthBytes: end - position });
    return pieces;
  };

  return {
    sizeBytes,
    patch,
    pieces(offsetBytes, lengthBytes) {
      const end = offsetBytes + lengthBytes;
      const pieces: Piece[] = [];
      let position = offsetBytes;
      for (let index = firstEndingAfter(patch, offsetBytes, endOf); index < patch.length; index += 1) {
        const range = patch[index]!;
        if (range.offsetBytes >= end) break;
        if (range.offsetBytes > position) pieces.push(...basePieces(position, range.offsetBytes));
        const from = Math.max(position, range.offsetBytes);
        const to = Math.min(end, endOf(range));
        pieces.push(cutRange(range, from, to).piece);
        position = to;
      }
      if (position < end) pieces.push(...basePieces(position, end));
      return pieces;
    },
  };
}

/** Index of the first of the sorted ranges that ends behind a position. */
function firstEndingAfter<T>(ranges: readonly T[], position: number, end: (range: T) => number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (end(ranges[middle]!) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
