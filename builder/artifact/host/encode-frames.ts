import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from '../frame-layout.ts';
import type { Piece } from '../../image/piece.ts';
import type { Assembler } from './assembler.ts';
import type { EncodedFrame, FrameCodec } from './frame-codec.ts';
import type { FrameCache } from './frame-cache.ts';
import type { Limiter } from '../../system/host/limiter.ts';
import type { Progress, Task } from '../../system/host/progress.ts';

/** Context for making frames. */
export interface FrameContext {
  readonly codec: FrameCodec;
  readonly assembler: Assembler;
  /** Compressors that run at once; each takes memory. */
  readonly limiter: Limiter;
  /** Private: it holds uncompressed frames for a moment. */
  readonly temporaryDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** A frame with where it is kept, and how its bytes come together. */
export interface PlacedFrame {
  readonly frame: Frame;
  readonly cache: FrameCache;
  readonly key: string;
  readonly pieces: readonly Piece[];
}

/** Small frames are compressed many at a time, by one process. */
const batchBytes = 16 * 1024 * 1024;
const batchFrames = 64;
const taskBytes = 64 * 1024 * 1024;

/** Finds or makes every frame, in the order asked for. What is on a cache already is not compressed again. */
export async function encodeFrames(
  context: FrameContext,
  wanted: readonly PlacedFrame[],
): Promise<EncodedFrame[]> {
  // One after the other: finding a frame for the first time reads it.
  const found: (EncodedFrame | undefined)[] = [];
  for (const { cache, key } of wanted) found.push(await (cache.expected(key) ?? cache.find(key)));
  // From here to the last `expect` nothing is awaited, so that two images do not make the same frame.
  const missing = eachOnce(wanted.filter(({ cache, key }, index) => !found[index] && !cache.expected(key)));
  const task = startTask(context, missing);
  let doneBytes = 0;
  const batches = batchesOf(missing).map((batch) => {
    const made = context.limiter(() => makeBatch(context, batch));
    for (const [index, { cache, key }] of batch.entries()) {
      cache.expect(
        key,
        made.then((frames) => frames[index]!),
      );
    }
    return made.then(() => task?.update((doneBytes += rawBytes(batch))));
  });
  // All are awaited before a failure is reported: none may still write into the temporary directory then.
  const failure = (await Promise.allSettled(batches)).find((result) => result.status === 'rejected');
  if (failure === undefined) task?.done();
  else task?.fail();
  if (failure !== undefined) throw failure.reason;
  return Promise.all(
    wanted.map(async ({ cache, key }, index) => found[index] ?? (await cache.expected(key)!)),
  );
}

/** Frames of zeros are the same frame, wherever they lie. */
function eachOnce(frames: readonly PlacedFrame[]): PlacedFrame[] {
  const seen = new Map<FrameCache, Set<string>>();
  return frames.filter(({ cache, key }) => {
    const keys = seen.get(cache) ?? new Set<string>();
    seen.set(cache, keys);
    const isNew = !keys.has(key);
    keys.add(key);
    return isNew;
  });
}

/** The base's first compression is worth a progress bar, a node's few frames are not. */
function startTask({ codec, progress }: FrameContext, missing: readonly PlacedFrame[]): Task | null {
  const total = rawBytes(missing);
  if (total < taskBytes) return null;
  return progress.task(`Compress the base for ${codec.format}`, { total, unit: 'bytes' });
}

function rawBytes(frames: readonly PlacedFrame[]): number {
  return frames.reduce((sum, { frame }) => sum + frame.lengthBytes, 0);
}

function batchesOf(frames: readonly PlacedFrame[]): PlacedFrame[][] {
  const batches: PlacedFrame[][] = [];
  let bytes = Infinity;
  for (const placed of frames) {
    const last = batches.at(-1);
    bytes += placed.frame.lengthBytes;
    if (last === undefined || bytes > batchBytes || last.length >= batchFrames) {
      batches.push([placed]);
      bytes = placed.frame.lengthBytes;
    } else last.push(placed);
  }
  return batches;
}

async function makeBatch(context: FrameContext, batch: readonly PlacedFrame[]): Promise<EncodedFrame[]> {
  const { codec, assembler, temporaryDirectory, signal } = context;
  signal?.throwIfAborted();
  const name = randomBytes(6).toString('hex');
  const paths = batch.map((_, index) => join(temporaryDirectory, `${name}-${index}`));
  try {
    for (const [index, { pieces }] of batch.entries()) {
      await assembler.run({ pieces, path: paths[index]!, holes: true, digest: false });
    }
    const files = batch.map(({ frame }, index) => ({ path: paths[index]!, lengthBytes: frame.lengthBytes }));
    await codec.compress(files, signal);
    const frames: EncodedFrame[] = [];
    for (const [index, { cache, key }] of batch.entries()) {
      frames.push(await cache.put(key, `${paths[index]!}${codec.suffix}`));
    }
    return frames;
  } catch (error) {
    for (const path of paths) {
      await rm(path, { force: true });
      await rm(`${path}${codec.suffix}`, { force: true });
    }
    throw error;
  }
}
