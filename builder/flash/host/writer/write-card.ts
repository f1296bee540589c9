import type { WriterSummary } from '../../writer-protocol.ts';
import { checkDevice, clearEnds } from './check-device.ts';
import { cutChunks, mebibyte, splitRanges } from './chunks.ts';
import type { Job } from './job.ts';
import { finishCard } from './finish-card.ts';
import { chunkBytes } from './memory.ts';
import { mendChunks } from './mend-chunks.ts';
import { blocksBesides, checkProbe, clearLastBlock, probeCapacity } from './probe-capacity.ts';
import { findBadChunks, writeChunks } from './write-chunks.ts';

/**
 * Writes an image so that the device has a partition table only when everything else is on it, read back and right.
 */
export async function writeCard(
  job: Job,
): Promise<Pick<WriterSummary, 'writtenBytes' | 'comparedBytes' | 'mendedChunks'>> {
  const { device, header, input, memory, reporter } = job;
  await checkDevice(job);
  await clearEnds(job);
  const probe = await probeCapacity(job);

  const { below, above } = splitRanges(header.ranges, mebibyte);
  const chunks = cutChunks(above, chunkBytes);
  const totalBytes = chunks.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  reporter.begin(header.mode === 'resume' ? 'compare' : 'write', totalBytes);
  memory.first.fill(0);
  for (const [offset, length] of below) await input.fill(memory.first.subarray(offset, offset + length));
  let { writtenBytes } = await writeChunks(job, chunks);
  await device.flush();

  let mendedChunks = 0;
  if (header.readBack) {
    reporter.begin('read-back', totalBytes);
    const bad = await findBadChunks(job, chunks);
    if (bad.length > 0) {
      const mended = await mendChunks(job, bad, chunks);
      writtenBytes += mended.writtenBytes;
      mendedChunks = mended.mendedChunks;
    }
  }

  reporter.begin('finish', 2 * mebibyte);
  // A card's cache can hide for a while that there is nothing behind it.
  await checkProbe(job, probe, blocksBesides(probe, header.ranges));
  await clearLastBlock(job, probe);
  input.throwIfStopped();
  await finishCard(job);
  const firstBytes = below.reduce((sum, [, length]) => sum + length, 0);
  return {
    writtenBytes: writtenBytes + firstBytes,
    comparedBytes: firstBytes + (header.readBack ? totalBytes : 0),
    mendedChunks,
  };
}
