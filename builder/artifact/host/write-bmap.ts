import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { renderBmap, type DigestedRange } from '../bmap.ts';
import type { PatchRange } from '../../image/patch.ts';
import { endOf } from '../image-contents.ts';
import type { ImagePlan } from '../image-pieces.ts';
import type { ByteRange } from '../../image/ranges.ts';
import { mappedRangesOf } from './mapped-image.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';

/** Ranges are cut at these places, so that those which no patch touches have the same digest in every image. */
const gridBytes = 16 * 1024 * 1024;

/** Writes block maps. The digests of ranges that no patch touches are made once for each base. */
export function createBmapWriter({ assembler }: WriterContext): ArtifactWriter {
  const known = new Map<string, Promise<string>>();
  const digestOf = async (plan: ImagePlan, { offsetBytes, lengthBytes }: ByteRange): Promise<string> => {
    const pieces = plan.pieces(offsetBytes, lengthBytes);
    const { sha256 } = await assembler.run({ pieces, path: null, holes: false, digest: true });
    return sha256 ?? '';
  };
  return {
    async write(path, image) {
      const { plan, base } = image;
      const ranges = cutAtPatches(await mappedRangesOf(base, image.layers), plan.patch);
      const digests = ranges.map(({ isPatched, ...range }) => {
        if (isPatched) return digestOf(plan, range);
        const key = `${base.sha256} ${range.offsetBytes}-${range.lengthBytes}`;
        const digest = known.get(key) ?? digestOf(plan, range);
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
    },
  };
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
