/** A run of bytes in an image or a volume. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** The unit in which images are compared and patched: the usual block of ext4, and the page of the host. */
export const patchUnitBytes = 4096;

/**
 * Widens ranges to whole patch units, sorts them, joins what overlaps or touches, and cuts what is longer than
 * `pieceBytes`, so that no piece costs more memory than that. Nothing reaches past `limitBytes`.
 */
export function alignRanges(
  ranges: readonly ByteRange[],
  limitBytes: number,
  pieceBytes: number = 1024 * 1024,
): ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  const widened = ranges
    .filter((range) => range.lengthBytes > 0)
    .map((range) => ({
      start: Math.floor(range.offsetBytes / patchUnitBytes) * patchUnitBytes,
      end: Math.ceil((range.offsetBytes + range.lengthBytes) / patchUnitBytes) * patchUnitBytes,
    }))
    .toSorted((a, b) => a.start - b.start);
  for (const { start, end } of widened) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined.flatMap(({ start, end }) => cut(start, Math.min(end, limitBytes), pieceBytes));
}

function cut(start: number, end: number, pieceBytes: number): ByteRange[] {
  const pieces: ByteRange[] = [];
  for (let offsetBytes = start; offsetBytes < end; offsetBytes += pieceBytes) {
    pieces.push({ offsetBytes, lengthBytes: Math.min(pieceBytes, end - offsetBytes) });
  }
  return pieces;
}

/** Runs of patch units in which two equally long buffers differ, relative to their beginning. */
export function differingRuns(before: Buffer, after: Buffer): ByteRange[] {
  if (before.equals(after)) return [];
  const runs: { offsetBytes: number; lengthBytes: number }[] = [];
  for (let offsetBytes = 0; offsetBytes < after.length; offsetBytes += patchUnitBytes) {
    const end = Math.min(offsetBytes + patchUnitBytes, after.length);
    if (before.compare(after, offsetBytes, end, offsetBytes, end) === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.offsetBytes + last.lengthBytes === offsetBytes)
      last.lengthBytes = end - last.offsetBytes;
    else runs.push({ offsetBytes, lengthBytes: end - offsetBytes });
  }
  return runs;
}
