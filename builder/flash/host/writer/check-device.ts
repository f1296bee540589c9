import { createHash } from 'node:crypto';
import { mebibyte, wholeSectors } from './chunks.ts';
import { describeMismatch } from './compare.ts';
import { Failed } from './failed.ts';
import type { Job } from './job.ts';

const markerOffset = 512;

/**
 * Makes sure that this is the device that was meant, and that the image fits: by what the kernel says of the device that
 * is open, and by its bytes.
 */
export async function checkDevice({ header, device, memory }: Job): Promise<void> {
  const { sizeBytes, sectorBytes } = device;
  if (sizeBytes !== header.sizeBytes) throw new Failed({ reason: 'changed', text: `${sizeBytes} bytes` });
  if (sectorBytes !== header.sectorBytes)
    throw new Failed({ reason: 'sector-size', text: `${sectorBytes} bytes` });
  if (sizeBytes < Math.max(wholeSectors(header.imageBytes, sectorBytes), 2 * mebibyte))
    throw new Failed({ reason: 'too-small', text: `${sizeBytes} bytes` });
  const digest = createHash('sha256');
  await device.read(memory.scratch, 0);
  if (digest.update(memory.scratch).digest('hex') !== header.firstMebibyteSha256)
    throw new Failed({ reason: 'changed', text: 'its first MiB is another one' });
}

/**
 * Clears both ends of the device, where partition tables are, and reads them back. From here on until the very end the
 * device has no partition table, and the marker says that it is unfinished.
 */
export async function clearEnds(job: Job): Promise<void> {
  const { device, input, memory, reporter } = job;
  reporter.begin('check', 2 * mebibyte);
  input.throwIfStopped();
  await writeUnfinishedStart(job);
  await device.read(memory.scratch, 0);
  const held = describeMismatch(unfinishedStart(job, memory.first), memory.scratch, 0);
  if (held !== null) throw lost(held.offsetBytes);
  reporter.advance(mebibyte);
  const { scratch } = memory;
  const end = device.sizeBytes - mebibyte;
  await device.write(scratch.fill(0), end);
  await device.read(scratch.fill(0xaa), end);
  const left = describeMismatch(memory.first.fill(0), scratch, end);
  if (left !== null) throw lost(left.offsetBytes);
  reporter.advance(mebibyte);
}

/** Writes the first MiB of a device that is unfinished. */
export async function writeUnfinishedStart(job: Job): Promise<void> {
  await job.device.write(unfinishedStart(job, job.memory.scratch), 0);
}

/** Zeros, and the marker at byte 512. */
export function unfinishedStart({ header }: Pick<Job, 'header'>, target: Buffer): Buffer {
  target.fill(0);
  Buffer.from(header.marker, 'base64').copy(target, markerOffset);
  return target;
}

function lost(offsetBytes: number): Failed {
  return new Failed({ reason: 'write', offsetBytes, text: 'it does not keep what is written there' });
}
