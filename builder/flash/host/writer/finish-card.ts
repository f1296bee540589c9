import { writeUnfinishedStart } from './check-device.ts';
import { mebibyte } from './chunks.ts';
import { describeMismatch } from './compare.ts';
import { Failed } from './failed.ts';
import type { Job } from './job.ts';

/** Holds the boot sector, the partition table (of a GPT: its header), and until now the marker. */
const startBytes = 4096;

/**
 * Writes the first MiB, and of it the start last, in one request. Where that goes wrong the start is cleared again: a
 * card that does not hold it must not look finished.
 */
export async function finishCard(job: Job): Promise<void> {
  const { memory, device, reporter } = job;
  await writeAndCompare(job, memory.first.subarray(startBytes), startBytes);
  await device.flush();
  try {
    await writeAndCompare(job, memory.first.subarray(0, startBytes), 0);
    await device.flush();
  } catch (error) {
    await writeUnfinishedStart(job).catch(() => undefined);
    throw error;
  }
  reporter.advance(2 * mebibyte);
}

/** Tries twice. */
async function writeAndCompare(job: Job, bytes: Buffer, offsetBytes: number, isAgain = false): Promise<void> {
  const { device, memory, reporter } = job;
  const held = memory.scratch.subarray(0, bytes.length);
  await device.write(bytes, offsetBytes);
  await device.read(held, offsetBytes);
  const mismatch = describeMismatch(bytes, held, offsetBytes);
  if (mismatch === null) return;
  reporter.send({ event: 'mismatch', mismatch });
  if (!isAgain) return await writeAndCompare(job, bytes, offsetBytes, true);
  throw new Failed({ reason: 'mismatch', badChunks: 1, comparedChunks: 1, mismatches: [mismatch] });
}
