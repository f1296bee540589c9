import { createHash, randomBytes } from 'node:crypto';
import { mebibyte } from './chunks.ts';
import { unfinishedStart } from './check-device.ts';
import { Failed } from './failed.ts';
import type { Job } from './job.ts';

const blockBytes = 4096;
const digestBytes = 32;

/** Blocks that were written all over a device, to see whether it keeps them apart. */
export interface CapacityProbe {
  readonly offsets: readonly number[];
  /** What a block holds. */
  fill(target: Buffer, offsetBytes: number): Buffer;
}

/**
 * Finds devices that claim more than they have: they lose what is written beyond their end, or have it at an address
 * modulo a power of two. Blocks that are all different are written at the last place and at each power of two, from the
 * highest down, and read back.
 *
 * Source: https://github.com/AltraMayor/f3 (the idea)
 */
export async function probeCapacity(job: Job): Promise<CapacityProbe> {
  const { device, input, memory, reporter } = job;
  const probe = planProbe(device.sizeBytes);
  reporter.begin('probe', 2 * blockBytes * probe.offsets.length);
  for (const offset of probe.offsets) {
    input.throwIfStopped();
    await device.write(probe.fill(memory.page, offset), offset);
    reporter.advance(blockBytes);
  }
  // The start is the lowest of the blocks; a device that goes round has overwritten it.
  const start = unfinishedStart(job, memory.scratch);
  await device.write(start.subarray(0, blockBytes), 0);
  await device.flush();
  await checkProbe(job, probe, probe.offsets);
  return probe;
}

/** The blocks that an image leaves in place. */
export function blocksBesides(probe: CapacityProbe, ranges: Job['header']['ranges']): number[] {
  return probe.offsets.filter(
    (block) => !ranges.some(([offset, length]) => block < offset + length && offset < block + blockBytes),
  );
}

/** Reads blocks of a probe back. */
export async function checkProbe(
  { device, input, memory, reporter }: Job,
  probe: CapacityProbe,
  offsets: readonly number[],
): Promise<void> {
  const wanted = Buffer.alloc(blockBytes);
  const bad: number[] = [];
  for (const offset of offsets) {
    input.throwIfStopped();
    await device.read(memory.page, offset);
    if (!memory.page.equals(probe.fill(wanted, offset))) bad.push(offset);
    reporter.advance(blockBytes);
  }
  if (bad.length > 0) throw new Failed({ reason: 'capacity', offsetBytes: Math.min(...bad) });
}

/** Clears the last block of a device, unless the image has it. */
export async function clearLastBlock({ device, memory, header }: Job, probe: CapacityProbe): Promise<void> {
  const [last] = blocksBesides({ ...probe, offsets: probe.offsets.slice(0, 1) }, header.ranges);
  if (last !== undefined) await device.write(memory.page.fill(0), last);
}

function planProbe(sizeBytes: number): CapacityProbe {
  const last = Math.floor(sizeBytes / blockBytes) * blockBytes - blockBytes;
  const offsets = [last];
  for (let power = 2 ** Math.floor(Math.log2(sizeBytes - 1)); power >= mebibyte; power /= 2)
    if (power < last) offsets.push(power);
  const seed = randomBytes(digestBytes);
  return {
    offsets,
    fill(target, offsetBytes) {
      for (let at = 0; at < blockBytes; at += digestBytes)
        createHash('sha256').update(seed).update(`${offsetBytes} ${at}`).digest().copy(target, at);
      return target;
    },
  };
}
