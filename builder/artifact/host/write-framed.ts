import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { layoutFrames, type Frame } from '../frame-layout.ts';
import type { PatchRange } from '../../image/patch.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';
import { encodeFrames } from './encode-frames.ts';
import type { FrameCodec } from './frame-codec.ts';
import { openFrameCache, type FrameCache } from './frame-cache.ts';
import { framesDirectory } from '../../base/host/prune-frames.ts';

/**
 * Compresses images in frames and joins these to one file. Frames of the base come from the cache, those of the
 * cluster's layer are made once for a build, and only the node's own are made for each image.
 */
export function createFramedWriter(context: WriterContext, codec: FrameCodec): ArtifactWriter {
  const { assembler } = context;
  const baseCaches = new Map<string, Promise<FrameCache>>();
  const sharedCaches = new WeakMap<readonly PatchRange[], Promise<FrameCache>>();
  let directories = 0;

  const openTemporary = async (): Promise<FrameCache> => {
    const directory = join(context.temporaryDirectory, `${codec.format}-${(directories += 1)}`);
    await mkdir(directory, { mode: 0o700 });
    return openFrameCache(directory, codec);
  };
  const baseCache = (sha256: string): Promise<FrameCache> => {
    const name = join(framesDirectory(context.cacheDirectory, sha256), `${codec.format}-${codec.level}`);
    const cache = baseCaches.get(sha256) ?? openFrameCache(name, codec);
    baseCaches.set(sha256, cache);
    return cache;
  };
  const sharedCache = (layer: readonly PatchRange[]): Promise<FrameCache> => {
    const cache = sharedCaches.get(layer) ?? openTemporary();
    sharedCaches.set(layer, cache);
    return cache;
  };

  return {
    async write(path, { contents, plan }, signal) {
      const own = await openTemporary();
      const caches: Record<Frame['kind'], FrameCache> = {
        base: await baseCache(contents.base.sha256),
        shared: await sharedCache(contents.shared),
        own,
      };
      try {
        const placed = layoutFrames(contents, codec.frameBytes).map((frame) => {
          const pieces = plan.pieces(frame.offsetBytes, frame.lengthBytes);
          const isZero = pieces.every((piece) => piece.kind === 'zeros');
          const key = `${isZero ? 'zeros' : frame.offsetBytes}-${frame.lengthBytes}`;
          return { frame, cache: isZero ? caches.base : caches[frame.kind], key, pieces };
        });
        const frames = await encodeFrames({ ...context, codec, signal }, placed);
        return await assembler.run({ pieces: codec.join(frames), path, holes: false, digest: true });
      } finally {
        await own.remove();
      }
    },
  };
}
