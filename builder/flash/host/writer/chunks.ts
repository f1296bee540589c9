import type { WireRange } from '../../writer-protocol.ts';

export const mebibyte = 1024 * 1024;

/** What is written, and read back, by one request. */
export interface Chunk {
  readonly offsetBytes: number;
  /** Bytes of the image; the request is padded to whole sectors. */
  readonly lengthBytes: number;
  /** What was written; null until it was. */
  digest: Buffer | null;
}

/** Cuts ranges at multiples of `chunkBytes`: a card is faster where requests begin at its own blocks. */
export function cutChunks(ranges: readonly WireRange[], chunkBytes: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (const [start, length] of ranges) {
    for (let offsetBytes = start; offsetBytes < start + length;) {
      const end = Math.min(start + length, (Math.floor(offsetBytes / chunkBytes) + 1) * chunkBytes);
      chunks.push({ offsetBytes, lengthBytes: end - offsetBytes, digest: null });
      offsetBytes = end;
    }
  }
  return chunks;
}

/** The parts of ranges below an offset, and those from it on. */
export function splitRanges(
  ranges: readonly WireRange[],
  atBytes: number,
): { readonly below: WireRange[]; readonly above: WireRange[] } {
  const part = ([offset, length]: WireRange, from: number, to: number): WireRange[] => {
    const start = Math.max(offset, from);
    const end = Math.min(offset + length, to);
    return end > start ? [[start, end - start]] : [];
  };
  return {
    below: ranges.flatMap((range) => part(range, 0, atBytes)),
    above: ranges.flatMap((range) => part(range, atBytes, Infinity)),
  };
}

/** Rounds up to whole sectors. */
export function wholeSectors(lengthBytes: number, sectorBytes: number): number {
  return Math.ceil(lengthBytes / sectorBytes) * sectorBytes;
}

/** Runs work on items in their order, several at once, each in a slot of its own. After a failure nothing more begins. */
export async function pipelined<T>(
  items: readonly T[],
  slots: number,
  work: (item: T, slot: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed: { readonly error: unknown } | undefined;
  const runSlot = async (slot: number): Promise<void> => {
    while (failed === undefined && next < items.length) {
      const item = items[next] as T;
      next += 1;
      try {
        await work(item, slot);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => runSlot(slot)));
  if (failed !== undefined) throw failed.error;
}
