import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Patch, PatchRange } from '../patch.ts';
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

/**
 * Collects a patch in memory, and in a file of a private `directory` once it grows large. Threads that write artifacts
 * read it there.
 */
export function createPatchStore(baseSizeBytes: number, directory: string): PatchStore {
  const ranges: PatchRange[] = [];
  const path = join(directory, `patch-${randomBytes(6).toString('hex')}`);
  let spill: FileHandle | null = null;
  let memoryBytes = 0;
  let fileBytes = 0;

  const close = async () => {
    const file = spill;
    spill = null;
    await file?.close();
    if (file !== null) await rm(path, { force: true });
  };
  return {
    async append(offsetBytes, bytes) {
      const lengthBytes = bytes.length;
      if (memoryBytes + lengthBytes <= memoryLimitBytes) {
        ranges.push({ offsetBytes, lengthBytes, piece: { kind: 'bytes', bytes: Buffer.from(bytes) } });
        memoryBytes += lengthBytes;
        return;
      }
      spill ??= await open(path, 'wx+', 0o600);
      await writeFully(spill, bytes, fileBytes);
      const piece = { kind: 'file', path, offsetBytes: fileBytes, lengthBytes } as const;
      ranges.push({ offsetBytes, lengthBytes, piece });
      fileBytes += lengthBytes;
    },
    finish: () => ({
      baseSizeBytes,
      ranges,
      sizeBytes: memoryBytes + fileBytes,
      close,
      async read({ piece }) {
        if (piece.kind === 'bytes') return Buffer.from(piece.bytes);
        if (spill === null || piece.kind !== 'file')
          throw new Error('not a range of this patch, or it is closed');
        return sourceOf(spill, fileBytes).read(piece.offsetBytes, piece.lengthBytes);
      },
    }),
    discard: close,
  };
}
