import type { Mismatch } from '../../writer-protocol.ts';

const lookBytes = 512;
/** Failing memory flips a few bits; anything beyond is other data. */
const fewBits = 64;

/** How what a card holds at `offsetBytes` differs from what it should hold; null where it does not. */
export function describeMismatch(expected: Buffer, found: Buffer, offsetBytes: number): Mismatch | null {
  const first = firstDifference(expected, found);
  if (first < 0) return null;
  let last = expected.length - 1;
  while (expected[last] === found[last]) last -= 1;
  const start = first - (first % lookBytes);
  const wanted = expected.subarray(start, start + lookBytes);
  const held = found.subarray(start, start + lookBytes);
  const place = { offsetBytes: offsetBytes + first, lengthBytes: last - first + 1, expected: kindOf(wanted) };
  const kind = kindOf(held);
  if (kind !== 'data') return { ...place, found: kind };
  const flippedBits = differingBits(wanted, held);
  return flippedBits <= fewBits ? { ...place, found: 'bits', flippedBits } : { ...place, found: 'data' };
}

function firstDifference(one: Buffer, other: Buffer): number {
  if (one.equals(other)) return -1;
  let start = 0;
  while (one.subarray(start, start + lookBytes).equals(other.subarray(start, start + lookBytes)))
    start += lookBytes;
  while (one[start] === other[start]) start += 1;
  return start;
}

function kindOf(bytes: Buffer): 'zeros' | 'ones' | 'data' {
  if (bytes.every((byte) => byte === 0)) return 'zeros';
  return bytes.every((byte) => byte === 0xff) ? 'ones' : 'data';
}

function differingBits(one: Buffer, other: Buffer): number {
  let count = 0;
  for (const [index, byte] of one.entries())
    for (let left = byte ^ (other[index] ?? 0); left > 0; left &= left - 1) count += 1;
  return count;
}
