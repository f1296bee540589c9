import type { BigIntStats } from 'node:fs';

/** Tells a file from what it was before: another file in its place, another length, or written to since. */
export function changeStamp({ ino, size, mtimeNs }: Pick<BigIntStats, 'ino' | 'size' | 'mtimeNs'>): string {
  return `${ino} ${size} ${mtimeNs}`;
}
