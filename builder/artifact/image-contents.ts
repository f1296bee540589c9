import { slicePiece } from '../image/piece.ts';
import type { PatchRange } from '../image/patch.ts';

/** A base image as the cache keeps it: opened for reading only, known by its digest. */
export interface DigestedBase {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the whole file, hexadecimal. */
  readonly sha256: string;
}

/** A node's image: a base with two layers of changes on it. No file of its own until it is written. */
export interface ImageContents {
  readonly base: DigestedBase;
  /** Changes that all nodes of the cluster share. Sorted, not overlapping. */
  readonly shared: readonly PatchRange[];
  /** Changes of this node only; they win over the shared layer. Sorted, not overlapping. */
  readonly own: readonly PatchRange[];
}

/** Lays one list of ranges over another; both and the result are sorted and do not overlap. */
export function overlayRanges(lower: readonly PatchRange[], upper: readonly PatchRange[]): PatchRange[] {
  const result: PatchRange[] = [...upper];
  let first = 0;
  for (const range of lower) {
    const end = endOf(range);
    let position = range.offsetBytes;
    while (first < upper.length && endOf(upper[first]!) <= position) first += 1;
    for (let index = first; index < upper.length; index += 1) {
      const cover = upper[index]!;
      if (cover.offsetBytes >= end) break;
      if (cover.offsetBytes > position) result.push(cutRange(range, position, cover.offsetBytes));
      position = Math.max(position, endOf(cover));
    }
    if (position < end) result.push(cutRange(range, position, end));
  }
  return result.toSorted((a, b) => a.offsetBytes - b.offsetBytes);
}

/** End of a range. */
export function endOf(range: PatchRange): number {
  return range.offsetBytes + range.lengthBytes;
}

/** The part of a range between two positions of the image. */
export function cutRange(range: PatchRange, start: number, end: number): PatchRange {
  const piece = slicePiece(range.piece, start - range.offsetBytes, end - range.offsetBytes);
  return { offsetBytes: start, lengthBytes: end - start, piece };
}
