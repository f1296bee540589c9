import { createHash } from 'node:crypto';
import { pipelined, wholeSectors, type Chunk } from './chunks.ts';
import { Failed } from './failed.ts';
import type { Job } from './job.ts';
import { depth } from './memory.ts';

/** Takes chunks as they come and writes them. `resume` writes only those that differ from what is there. */
export async function writeChunks(job: Job, chunks: readonly Chunk[]): Promise<{ writtenBytes: number }> {
  const { device, header, input, memory, reporter } = job;
  let writtenBytes = 0;
  let turn: Promise<unknown> = Promise.resolve();
  await pipelined(chunks, depth, async (chunk, slot) => {
    const bytes = requestOf(memory.sent, slot, chunk, device.sectorBytes);
    // Chunks come one after the other; the one that was begun first is filled first.
    const filled = turn.then(() => input.fill(bytes.subarray(0, chunk.lengthBytes)));
    turn = filled.catch(() => undefined);
    await filled;
    bytes.fill(0, chunk.lengthBytes);
    chunk.digest = digestOf(bytes);
    input.throwIfStopped();
    if (header.mode !== 'resume' || !(await isThere(job, bytes, chunk, slot))) {
      await device.write(bytes, chunk.offsetBytes);
      writtenBytes += chunk.lengthBytes;
    }
    reporter.advance(chunk.lengthBytes);
  });
  return { writtenBytes };
}

/** Reads chunks and returns those that are not what was written. A place that cannot be read is one of them. */
export async function findBadChunks(job: Job, chunks: readonly Chunk[]): Promise<Chunk[]> {
  const { device, input, memory, reporter } = job;
  const bad: Chunk[] = [];
  await pipelined(chunks, depth, async (chunk, slot) => {
    input.throwIfStopped();
    const held = requestOf(memory.held, slot, chunk, device.sectorBytes);
    const isRead = await readOrTell(job, held, chunk.offsetBytes);
    if (!isRead || chunk.digest?.equals(digestOf(held)) !== true) bad.push(chunk);
    reporter.advance(chunk.lengthBytes);
  });
  return bad.toSorted((one, other) => one.offsetBytes - other.offsetBytes);
}

/** The part of a slot's buffer that a chunk needs. */
export function requestOf(
  buffers: readonly Buffer[],
  slot: number,
  { lengthBytes }: Pick<Chunk, 'lengthBytes'>,
  sectorBytes: number,
): Buffer {
  const buffer = buffers[slot];
  if (buffer === undefined) throw new RangeError(`slot ${slot}`);
  return buffer.subarray(0, wholeSectors(lengthBytes, sectorBytes));
}

export function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

async function isThere({ device, memory }: Job, bytes: Buffer, chunk: Chunk, slot: number): Promise<boolean> {
  const held = requestOf(memory.held, slot, chunk, device.sectorBytes);
  return (await readOrTell({ device }, held, chunk.offsetBytes)) && held.equals(bytes);
}

/** False where the device cannot read a place; a device that is gone is thrown. */
export async function readOrTell(
  { device }: Pick<Job, 'device'>,
  target: Buffer,
  offsetBytes: number,
): Promise<boolean> {
  try {
    await device.read(target, offsetBytes);
    return true;
  } catch (error) {
    if (error instanceof Failed && error.failure.reason === 'read') return false;
    throw error;
  }
}
