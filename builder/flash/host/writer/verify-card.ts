import type { Mismatch, WriterSummary } from '../../writer-protocol.ts';
import { checkDevice } from './check-device.ts';
import { cutChunks, pipelined, type Chunk } from './chunks.ts';
import { describeMismatch } from './compare.ts';
import { Failed } from './failed.ts';
import type { Job } from './job.ts';
import { chunkBytes, depth } from './memory.ts';
import { describedAtMost } from './mend-chunks.ts';
import { readOrTell, requestOf } from './write-chunks.ts';

/** Compares a card with an image, and writes nothing. */
export async function verifyCard(
  job: Job,
): Promise<Pick<WriterSummary, 'writtenBytes' | 'comparedBytes' | 'mendedChunks'>> {
  const { header, reporter } = job;
  await checkDevice(job);
  const chunks = cutChunks(header.ranges, chunkBytes);
  const comparedBytes = chunks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  reporter.begin('compare', comparedBytes);
  const mismatches = await compareChunks(job, chunks);
  if (mismatches.length === 0) return { writtenBytes: 0, comparedBytes, mendedChunks: 0 };
  throw new Failed({
    reason: 'mismatch',
    badChunks: mismatches.length,
    comparedChunks: chunks.length,
    mismatches: mismatches
      .toSorted((one, other) => one.offsetBytes - other.offsetBytes)
      .slice(0, describedAtMost),
  });
}

async function compareChunks(job: Job, chunks: readonly Chunk[]): Promise<Mismatch[]> {
  const { device, input, memory, reporter } = job;
  const mismatches: Mismatch[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  await pipelined(chunks, depth, async ({ offsetBytes, lengthBytes }, slot) => {
    const expected = requestOf(memory.sent, slot, { lengthBytes }, 1);
    const filled = turn.then(() => input.fill(expected));
    turn = filled.catch(() => undefined);
    const held = requestOf(memory.held, slot, { lengthBytes }, device.sectorBytes);
    const [isRead] = await Promise.all([readOrTell(job, held, offsetBytes), filled]);
    const mismatch: Mismatch | null = isRead
      ? describeMismatch(expected, held.subarray(0, lengthBytes), offsetBytes)
      : { offsetBytes, lengthBytes, expected: 'data', found: 'unreadable' };
    if (mismatch !== null) {
      mismatches.push(mismatch);
      if (mismatches.length <= describedAtMost) reporter.send({ event: 'mismatch', mismatch });
    }
    reporter.advance(lengthBytes);
  });
  return mismatches;
}
