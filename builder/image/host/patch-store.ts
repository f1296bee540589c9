import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Patch } from '../patch.ts';
import type { ByteRange } from '../ranges.ts';
import { sourceOf } from './open-image.ts';
import { writeFully } from '../../system/host/write-fully.ts';

/** Patches up to this size stay in memory. A node's own files need well under one MiB. */
const memoryLimitBytes = 16 * 1024 * 1024;

/** Takes the ranges of a patch in the order of their offsets, and makes the patch. */
export interface PatchStore {
  append(offsetBytes: number, bytes: Buffer): Promise<void>;
  finish(): Patch;
  discard(): Promise<void>;
}

/** Collects a patch in memory, and in a file of `directory` that has no name any more once it grows large. */
export function createPatchStore(baseSizeBytes: number, directory: string): PatchStore {
  const ranges: ByteRange[] = [];
  const inMemory = new Map<ByteRange, Buffer>();
  const inFile = new Map<ByteRange, number>();
  let spill: FileHandle | null = null;
  let memoryBytes = 0;
  let fileBytes = 0;

  const close = async () => {
    inMemory.clear();
    await spill?.close();
    spill = null;
  };
  return {
    async append(offsetBytes, bytes) {
      const range = { offsetBytes, lengthBytes: bytes.length };
      ranges.push(range);
      if (memoryBytes + bytes.length <= memoryLimitBytes) {
        inMemory.set(range, Buffer.from(bytes));
        memoryBytes += bytes.length;
        return;
      }
      spill ??= await openNameless(directory);
      await writeFully(spill, bytes, fileBytes);
      inFile.set(range, fileBytes);
      fileBytes += bytes.length;
    },
    finish: () => ({
      baseSizeBytes,
      ranges,
      sizeBytes: memoryBytes + fileBytes,
      close,
      async read(range) {
        const kept = inMemory.get(range);
        if (kept !== undefined) return kept;
        const position = inFile.get(range);
        if (spill === null || position === undefined)
          throw new Error('not a range of this patch, or it is closed');
        return sourceOf(spill, fileBytes).read(position, range.lengthBytes);
      },
    }),
    discard: close,
  };
}

/** A file without a name is gone as soon as nobody has it open, however the process ends. It can hold secrets. */
async function openNameless(directory: string): Promise<FileHandle> {
  const path = join(directory, 'patch');
  const handle = await open(path, 'wx+', 0o600);
  await rm(path);
  return handle;
}
