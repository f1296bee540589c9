import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { PatchRange } from '../image-contents.ts';
import type { Patch } from '../../image/patch.ts';

/** What is larger goes into a file. */
const memoryBytes = 16 * 1024 * 1024;

/** Makes a patch's bytes available to planning: in memory, or in a file of a private `directory` when it is large. */
export async function loadLayer(patch: Patch, directory: string): Promise<PatchRange[]> {
  if (patch.sizeBytes <= memoryBytes) {
    const ranges: PatchRange[] = [];
    for (const range of patch.ranges) {
      ranges.push({
        offsetBytes: range.offsetBytes,
        piece: { kind: 'bytes', bytes: await patch.read(range) },
      });
    }
    return ranges;
  }
  const path = join(directory, `layer-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx', 0o600);
  try {
    const ranges: PatchRange[] = [];
    let position = 0;
    for (const range of patch.ranges) {
      const { offsetBytes, lengthBytes } = range;
      await file.write(await patch.read(range), 0, lengthBytes, position);
      ranges.push({ offsetBytes, piece: { kind: 'file', path, offsetBytes: position, lengthBytes } });
      position += lengthBytes;
    }
    return ranges;
  } finally {
    await file.close();
  }
}
