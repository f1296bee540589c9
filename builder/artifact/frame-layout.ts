import type { PatchRange } from '../image/patch.ts';
import { endOf, type ImageContents } from './image-contents.ts';

/**
 * One stretch of an image that is compressed on its own.
 * `base`: bytes of the base, the same in every image of this base. `shared`: changed by the layer of the cluster.
 * `own`: changed by the node.
 */
export interface Frame {
  readonly kind: 'base' | 'shared' | 'own';
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Changed ranges are widened to this, so that a block more or less seldom moves a border. */
const alignmentBytes = 64 * 1024;
/** Two changed ranges with no more than this between them become one: a tiny frame costs more than it saves. */
const gapBytes = 128 * 1024;

interface Interval {
  readonly start: number;
  readonly end: number;
}

/**
 * Divides an image into frames: a fixed grid of `frameBytes`, in which the ranges that a patch changes are frames of
 * their own. It depends on the image alone, never on its siblings, on their number, or on what was built before:
 * the same image always gets the same frames, and images that change the same places have their frames of the base in common.
 */
export function layoutFrames(contents: ImageContents, frameBytes: number): Frame[] {
  const { sizeBytes } = contents.base;
  const own = widen(contents.own, sizeBytes);
  const shared = widen(contents.shared, sizeBytes);
  const borders = new Set<number>([0, sizeBytes]);
  for (let position = frameBytes; position < sizeBytes; position += frameBytes) borders.add(position);
  for (const { start, end } of [...own, ...shared]) borders.add(start).add(end);
  const sorted = [...borders].toSorted((a, b) => a - b);

  const isOwn = membership(own);
  const isShared = membership(shared);
  const frames: Frame[] = [];
  for (const [index, start] of sorted.slice(0, -1).entries()) {
    const end = sorted[index + 1]!;
    const kind = isOwn(start) ? 'own' : isShared(start) ? 'shared' : 'base';
    const last = frames.at(-1);
    const joins = last !== undefined && last.kind === kind && start % frameBytes !== 0;
    if (joins) frames[frames.length - 1] = { ...last, lengthBytes: end - last.offsetBytes };
    else frames.push({ kind, offsetBytes: start, lengthBytes: end - start });
  }
  return frames;
}

function widen(ranges: readonly PatchRange[], sizeBytes: number): Interval[] {
  const intervals: { start: number; end: number }[] = [];
  for (const range of ranges) {
    const start = Math.floor(range.offsetBytes / alignmentBytes) * alignmentBytes;
    const end = Math.min(sizeBytes, Math.ceil(endOf(range) / alignmentBytes) * alignmentBytes);
    const last = intervals.at(-1);
    if (last !== undefined && start - last.end <= gapBytes) last.end = Math.max(last.end, end);
    else intervals.push({ start, end });
  }
  return intervals;
}

/** Answers whether a position lies in an interval; positions must be asked for in rising order. */
function membership(intervals: readonly Interval[]): (position: number) => boolean {
  let index = 0;
  return (position) => {
    while (index < intervals.length && intervals[index]!.end <= position) index += 1;
    return index < intervals.length && intervals[index]!.start <= position;
  };
}
