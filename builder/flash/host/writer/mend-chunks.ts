import type { Mismatch } from '../../writer-protocol.ts';
import type { Chunk } from './chunks.ts';
import { describeMismatch } from './compare.ts';
import { Failed } from './failed.ts';
import type { Job } from './job.ts';
import { digestOf, findBadChunks, readOrTell, requestOf } from './write-chunks.ts';

/** More than these are not written again: the card is lost. */
const mendedAtMost = 128;
/** So many differences are described. */
export const describedAtMost = 16;

/**
 * Asks for the bytes of bad chunks again, tells what was found instead, and writes them once more.
 *
 * @throws Failed `mismatch` when chunks still differ
 */
export async function mendChunks(
  job: Job,
  bad: readonly Chunk[],
  all: readonly Chunk[],
): Promise<{ writtenBytes: number; mendedChunks: number }> {
  const { device, input, reporter } = job;
  const isHopeless = bad.length > mendedAtMost;
  const asked = isHopeless ? bad.slice(0, describedAtMost) : bad;
  const totalBytes = asked.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  reporter.begin('retry', isHopeless ? totalBytes : 2 * totalBytes);
  reporter.send({
    event: 'resend',
    ranges: asked.map(({ offsetBytes, lengthBytes }) => [offsetBytes, lengthBytes] as const),
  });
  const mismatches = new Map<Chunk, Mismatch>();
  for (const chunk of asked) {
    input.throwIfStopped();
    const expected = requestOf(job.memory.sent, 0, chunk, device.sectorBytes);
    await input.fill(expected.subarray(0, chunk.lengthBytes));
    expected.fill(0, chunk.lengthBytes);
    const mismatch = await lookCloser(job, chunk, expected, all);
    mismatches.set(chunk, mismatch);
    if (mismatches.size <= describedAtMost) reporter.send({ event: 'mismatch', mismatch });
    if (!isHopeless) await device.write(expected, chunk.offsetBytes);
    reporter.advance(chunk.lengthBytes);
  }
  await device.flush();
  const left = isHopeless ? bad : await findBadChunks(job, bad);
  if (left.length === 0) return { writtenBytes: totalBytes, mendedChunks: bad.length };
  throw new Failed({
    reason: 'mismatch',
    badChunks: left.length,
    comparedChunks: all.length,
    mismatches: left.slice(0, describedAtMost).flatMap((chunk) => mismatches.get(chunk) ?? []),
  });
}

async function lookCloser(
  job: Job,
  { offsetBytes, lengthBytes }: Chunk,
  expected: Buffer,
  all: readonly Chunk[],
): Promise<Mismatch> {
  const place = { offsetBytes, lengthBytes, expected: 'data' } as const;
  const held = requestOf(job.memory.held, 0, { lengthBytes }, job.device.sectorBytes);
  if (!(await readOrTell(job, held, offsetBytes))) return { ...place, found: 'unreadable' };
  const mismatch = describeMismatch(expected, held, offsetBytes);
  if (mismatch === null) return { ...place, found: 'unsteady' };
  if (mismatch.found !== 'data') return mismatch;
  const digest = digestOf(held);
  const origin = all.find((other) => other.digest?.equals(digest) === true);
  return origin === undefined
    ? mismatch
    : { ...mismatch, found: 'moved', fromOffsetBytes: origin.offsetBytes };
}
