import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseBmap } from '../../../artifact/bmap.ts';
import { withImage } from '../../../image/host/open-image.ts';

const chunkBytes = 1024 * 1024;

/** Checks a block map against itself and against a raw image; returns one line for each thing that is wrong. */
export async function checkBmap(path: string, imagePath: string): Promise<string[]> {
  const bmap = parseBmap(await readFile(path, 'utf8'));
  if (bmap === null) return ['it is no block map, or its checksum does not match its content'];
  return withImage(imagePath, async (image) => {
    if (image.sizeBytes !== bmap.imageSizeBytes)
      return [`it is for an image of ${bmap.imageSizeBytes} bytes`];
    let wrong = 0;
    for (const { offsetBytes, lengthBytes, sha256 } of bmap.ranges) {
      const hash = createHash('sha256');
      for (let done = 0; done < lengthBytes; done += chunkBytes) {
        hash.update(await image.read(offsetBytes + done, Math.min(chunkBytes, lengthBytes - done)));
      }
      if (hash.digest('hex') !== sha256) wrong += 1;
    }
    return wrong === 0 ? [] : [`${wrong} of its ${bmap.ranges.length} ranges do not match the image`];
  });
}
