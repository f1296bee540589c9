import { open, type FileHandle } from 'node:fs/promises';
import { framesDirectory } from '../../base/host/prune-frames.ts';
import { withImage } from '../../image/host/open-image.ts';
import { readLayout } from '../../image/host/read-layout.ts';
import type { ImageLayout } from '../../image/layout.ts';
import { mappedRanges } from '../../image/mapped-ranges.ts';
import { patchedSource, type Patch } from '../../image/patch.ts';
import type { Piece } from '../../image/piece.ts';
import type { ByteRange } from '../../image/ranges.ts';
import { planImage } from '../image-pieces.ts';
import type { FormatBase } from './artifact-writer.ts';
import { dataRangesOf } from './data-ranges.ts';

/** An image as it goes onto a card: the bytes that are in use, and a way to read them. */
export interface MappedImage {
  readonly sizeBytes: number;
  readonly layout: ImageLayout;
  /** Sorted, apart from each other, in blocks of 4 KiB but for the image's end. */
  readonly ranges: readonly ByteRange[];
  /** The bytes of a part of the image, in pieces of up to 1 MiB. A part can be read several times, and at once. */
  read(range: ByteRange): AsyncIterable<Uint8Array>;
}

/** The two layers that turn a base into an image. */
export interface ImageLayers {
  readonly shared: Patch;
  readonly own: Patch;
}

const stepBytes = 1024 * 1024;
const zeros = new Uint8Array(stepBytes);

/** Maps an image that has no file of its own: its base with two layers over it, which stay open while it is read. */
export async function mapLayers(
  base: FormatBase,
  layers: ImageLayers,
  { cacheDirectory }: { readonly cacheDirectory: string },
): Promise<MappedImage> {
  const { shared, own } = layers;
  const data = await dataRangesOf(base, framesDirectory(cacheDirectory, base.sha256));
  const plan = planImage({ base, shared: shared.ranges, own: own.ranges }, data);
  return {
    sizeBytes: base.sizeBytes,
    layout: base.layout,
    ranges: await mappedRangesOf(base, layers),
    read: ({ offsetBytes, lengthBytes }) => readPieces(plan.pieces(offsetBytes, lengthBytes)),
  };
}

/** Maps a raw image. @throws HostError as `readLayout` does */
export async function mapFile(path: string): Promise<MappedImage> {
  const layout = await readLayout(path);
  return {
    sizeBytes: layout.sizeBytes,
    layout,
    ranges: await withImage(path, (image) => mappedRanges(image, layout)),
    read: (range) => readPieces([{ kind: 'file', path, ...range }]),
  };
}

/** The ranges in use of the finished image: a patch itself takes and frees blocks. */
export async function mappedRangesOf(base: FormatBase, { shared, own }: ImageLayers): Promise<ByteRange[]> {
  return await withImage(base.path, (image) =>
    mappedRanges(patchedSource(patchedSource(image, shared), own), base.layout),
  );
}

async function* readPieces(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  const files = new Map<string, FileHandle>();
  try {
    for (const piece of pieces) {
      if (piece.kind === 'bytes') yield piece.bytes;
      else if (piece.kind === 'zeros') yield* zerosOf(piece.lengthBytes);
      else {
        const file = files.get(piece.path) ?? (await open(piece.path, 'r'));
        files.set(piece.path, file);
        yield* bytesOf(file, piece);
      }
    }
  } finally {
    for (const file of files.values()) await file.close();
  }
}

function* zerosOf(lengthBytes: number): Generator<Uint8Array> {
  for (let left = lengthBytes; left > 0; left -= stepBytes)
    yield zeros.subarray(0, Math.min(left, stepBytes));
}

async function* bytesOf(
  file: FileHandle,
  { path, offsetBytes, lengthBytes }: Extract<Piece, { kind: 'file' }>,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < lengthBytes;) {
    const wanted = Math.min(stepBytes, lengthBytes - done);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offsetBytes + done);
    if (bytesRead === 0) throw new Error(`${path} ends at ${offsetBytes + done}`);
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}
