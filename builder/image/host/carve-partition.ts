import { open } from 'node:fs/promises';
import { subSource } from '../byte-source.ts';
import type { ImagePartition } from '../layout.ts';
import { sourceOf, type OpenImage } from './open-image.ts';
import { writeFully } from '../../system/host/write-fully.ts';

const pieceBytes = 1024 * 1024;
const zeros = Buffer.alloc(pieceBytes);

/** Copies one partition into a new sparse file, for programs that know no offset. */
export async function carveOut(image: OpenImage, partition: ImagePartition, path: string): Promise<void> {
  const source = subSource(image, partition.offsetBytes, partition.sizeBytes);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.truncate(partition.sizeBytes);
    for (let offsetBytes = 0; offsetBytes < partition.sizeBytes; offsetBytes += pieceBytes) {
      const bytes = await source.read(offsetBytes, Math.min(pieceBytes, partition.sizeBytes - offsetBytes));
      if (bytes.equals(zeros.subarray(0, bytes.length))) continue;
      await writeFully(handle, bytes, offsetBytes);
    }
  } finally {
    await handle.close();
  }
}

/** Puts what was carved out, and changed, back into an image at an offset. Only what differs is written. */
export async function putBack(path: string, imagePath: string, offsetBytes: number): Promise<void> {
  const [carved, image] = await Promise.all([open(path, 'r'), open(imagePath, 'r+')]);
  try {
    const [from, to] = await Promise.all(
      [carved, image].map(async (handle) => sourceOf(handle, (await handle.stat()).size)),
    );
    if (from === undefined || to === undefined) return;
    for (let position = 0; position < from.sizeBytes; position += pieceBytes) {
      const length = Math.min(pieceBytes, from.sizeBytes - position);
      const [bytes, before] = [
        await from.read(position, length),
        await to.read(offsetBytes + position, length),
      ];
      if (!bytes.equals(before)) await writeFully(image, bytes, offsetBytes + position);
    }
  } finally {
    await Promise.all([carved.close(), image.close()]);
  }
}
