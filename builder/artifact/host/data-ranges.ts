import { join } from 'node:path';
import type { ByteRange } from '../../image/ranges.ts';
import type { DigestedBase } from '../image-contents.ts';
import { makePrivateDirectory, readTextIfExists, writeFileAtomically } from '../../system/host/files.ts';
import { withImage } from '../../image/host/open-image.ts';
import { touchFrames } from '../../base/host/prune-frames.ts';

const unitBytes = 64 * 1024;
const chunkBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/**
 * Ranges of a base that are not all zero, in units of 64 KiB. They say where reading is worth it, nothing about what is
 * in use. Found once for each base and kept in `directory`.
 */
export async function dataRangesOf(base: DigestedBase, directory: string): Promise<ByteRange[]> {
  await makePrivateDirectory(directory);
  await touchFrames(directory);
  const path = join(directory, `data.json`);
  const known = parseRanges(await readTextIfExists(path), base);
  if (known !== null) return known;
  const ranges = await scan(base.path);
  await writeFileAtomically(
    path,
    JSON.stringify(ranges.map((range) => [range.offsetBytes, range.lengthBytes])),
  );
  return ranges;
}

async function scan(path: string): Promise<ByteRange[]> {
  return withImage(path, async (image) => {
    const ranges: { offsetBytes: number; lengthBytes: number }[] = [];
    for (let offset = 0; offset < image.sizeBytes; offset += chunkBytes) {
      const bytes = await image.read(offset, Math.min(chunkBytes, image.sizeBytes - offset));
      for (let unit = 0; unit < bytes.length; unit += unitBytes) {
        const end = Math.min(unit + unitBytes, bytes.length);
        if (bytes.compare(zeros, unit, end, unit, end) === 0) continue;
        const last = ranges.at(-1);
        if (last !== undefined && last.offsetBytes + last.lengthBytes === offset + unit)
          last.lengthBytes += end - unit;
        else ranges.push({ offsetBytes: offset + unit, lengthBytes: end - unit });
      }
    }
    return ranges;
  });
}

function parseRanges(text: string | undefined, base: DigestedBase): ByteRange[] | null {
  if (text === undefined) return null;
  try {
    const pairs = JSON.parse(text) as unknown;
    if (!Array.isArray(pairs)) return null;
    const ranges = pairs.map(([offsetBytes, lengthBytes]: [number, number]) => ({
      offsetBytes,
      lengthBytes,
    }));
    let position = 0;
    for (const { offsetBytes, lengthBytes } of ranges) {
      if (!(offsetBytes >= position && lengthBytes > 0)) return null;
      position = offsetBytes + lengthBytes;
    }
    return position <= base.sizeBytes ? ranges : null;
  } catch {
    // A damaged file is found anew.
    return null;
  }
}
