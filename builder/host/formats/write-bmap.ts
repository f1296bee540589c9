import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { renderBmap, type DigestedRange } from '../../formats/bmap.ts';
import { endOf, type PatchRange } from '../../formats/image-contents.ts';
import type { ImagePlan } from '../../formats/image-pieces.ts';
import type { ByteRange } from '../../image/ranges.ts';
import type { Assembler } from './assembler.ts';

/** Ranges are cut at these places, so that those which no patch touches have the same digest in every image. */
const gridBytes = 16 * 1024 * 1024;

/** Digests of ranges of a base that no patch touches, by `offset-length`. Kept for the images of one build. */
export type RangeDigests = Map<string, Promise<string>>;

/** Hashes what is mapped and writes the block map of an image into a new file. */
export async function writeBmap(
  path: string,
  image: { readonly plan: ImagePlan; readonly mapped: readonly ByteRange[] },
  assembler: Assembler,
  known: RangeDigests,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const { plan } = image;
  const digestOf = async ({ offsetBytes, lengthBytes }: ByteRange): Promise<string> => {
    const pieces = plan.pieces(offsetBytes, lengthBytes);
    const { sha256 } = await assembler.run({ pieces, path: null, holes: false, digest: true });
    return sha256 ?? '';
  };
  const ranges = cutAtPatches(image.mapped, plan.patch);
  const digests = ranges.map(({ isPatched, ...range }) => {
    if (isPatched) return digestOf(range);
    const key = `${range.offsetBytes}-${range.lengthBytes}`;
    const digest = known.get(key) ?? digestOf(range);
    known.set(key, digest);
    return digest;
  });
  await Promise.allSettled(digests);
  const digested: DigestedRange[] = [];
  for (const [index, { offsetBytes, lengthBytes }] of ranges.entries()) {
    digested.push({ offsetBytes, lengthBytes, sha256: await digests[index]! });
  }
  const text = renderBmap(plan.sizeBytes, digested);
  await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  return { sizeBytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

interface CutRange extends ByteRange {
  readonly isPatched: boolean;
}

/** Cuts mapped ranges at the grid and around the patches. */
function cutAtPatches(mapped: readonly ByteRange[], patch: readonly PatchRange[]): CutRange[] {
  const result: CutRange[] = [];
  let next = 0;
  for (const range of mapped) {
    const end = range.offsetBytes + range.lengthBytes;
    for (let position = range.offsetBytes; position < end;) {
      while (next < patch.length && endOf(patch[next]!) <= position) next += 1;
      const change = patch[next];
      const isPatched = change !== undefined && change.offsetBytes <= position;
      const border = change === undefined ? Infinity : isPatched ? endOf(change) : change.offsetBytes;
      const grid = (Math.floor(position / gridBytes) + 1) * gridBytes;
      const stop = Math.min(end, border, grid);
      result.push({ offsetBytes: position, lengthBytes: stop - position, isPatched });
      position = stop;
    }
  }
  return result;
}
