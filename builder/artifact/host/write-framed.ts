import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { layoutFrames, type Frame } from '../frame-layout.ts';
import type { PatchRange } from '../../image/patch.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';
import { encodeFrames } from './encode-frames.ts';
import type { FrameCodec } from './frame-codec.ts';
import { openFrameShelf, type FrameShelf } from './frame-shelf.ts';
import { framesDirectory } from '../../base/host/prune-frames.ts';

/**
 * Compresses images in frames and joins these to one file. Frames of the base come from the cache, those of the
 * cluster's layer are made once for a build, and only the node's own are made for each image.
 */
export function createFramedWriter(context: WriterContext, codec: FrameCodec): ArtifactWriter {
  const { assembler } = context;
  const coldShelves = new Map<string, Promise<FrameShelf>>();
  const sharedShelves = new WeakMap<readonly PatchRange[], Promise<FrameShelf>>();
  let directories = 0;

  const openTemporary = async (): Promise<FrameShelf> => {
    const directory = join(context.temporaryDirectory, `${codec.format}-${(directories += 1)}`);
    await mkdir(directory, { mode: 0o700 });
    return openFrameShelf(directory, codec);
  };
  const coldShelf = (sha256: string): Promise<FrameShelf> => {
    const name = join(framesDirectory(context.cacheDirectory, sha256), `${codec.format}-${codec.level}`);
    const shelf = coldShelves.get(sha256) ?? openFrameShelf(name, codec);
    coldShelves.set(sha256, shelf);
    return shelf;
  };
  const sharedShelf = (layer: readonly PatchRange[]): Promise<FrameShelf> => {
    const shelf = sharedShelves.get(layer) ?? openTemporary();
    sharedShelves.set(layer, shelf);
    return shelf;
  };

  return {
    async write(path, { contents, plan }, signal) {
      const own = await openTemporary();
      const shelves: Record<Frame['kind'], FrameShelf> = {
        cold: await coldShelf(contents.base.sha256),
        shared: await sharedShelf(contents.shared),
        own,
      };
      try {
        const placed = layoutFrames(contents, codec.frameBytes).map((frame) => {
          const pieces = plan.pieces(frame.offsetBytes, frame.lengthBytes);
          const isZero = pieces.every((piece) => piece.kind === 'zeros');
          const key = `${isZero ? 'zeros' : frame.offsetBytes}-${frame.lengthBytes}`;
          return { frame, shelf: isZero ? shelves.cold : shelves[frame.kind], key, pieces };
        });
        const frames = await encodeFrames({ ...context, codec, ...(signal && { signal }) }, placed);
        return await assembler.run({ pieces: codec.join(frames), path, holes: false, digest: true });
      } finally {
        await own.remove();
      }
    },
  };
}
