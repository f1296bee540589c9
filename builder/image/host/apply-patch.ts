import { open } from 'node:fs/promises';
import { writeFully } from '../../system/host/write-fully.ts';
import type { Patch } from '../patch.ts';

/** Lays a patch on a private copy of its base, in place, and has it on the disk. */
export async function applyPatch(path: string, patch: Patch, signal?: AbortSignal): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    for (const range of patch.ranges) {
      signal?.throwIfAborted();
      await writeFully(handle, await patch.read(range), range.offsetBytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
