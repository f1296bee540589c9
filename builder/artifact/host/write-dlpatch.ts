import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createDeflateRaw, deflateRaw } from 'node:zlib';
import { renderDlpatchHeader, type DlpatchLayer } from '../dlpatch.ts';
import type { PatchRange } from '../../image/patch.ts';
import { pieceLength, totalLength, type Piece } from '../../image/piece.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';
import { readPieces } from './read-pieces.ts';

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);
const deflateOptions = { level: 6, memLevel: 9 };
/** Larger patches are compressed from file to file. */
const memoryBytes = 16 * 1024 * 1024;

/** A layer as it lies in a `.dlpatch`. */
interface PackedLayer {
  readonly layer: DlpatchLayer;
  readonly piece: Piece;
}

/** Writes `.dlpatch` files. The layer of the cluster is compressed once. */
export function createDlpatchWriter({ assembler, temporaryDirectory }: WriterContext): ArtifactWriter {
  const packed = new WeakMap<readonly PatchRange[], Promise<PackedLayer>>();
  return {
    async write(path, { name, base, plan, contents }) {
      const sharing = packed.get(contents.shared) ?? packLayer(contents.shared, temporaryDirectory);
      packed.set(contents.shared, sharing);
      const layers = [await sharing, await packLayer(contents.own, dirname(path))];
      const header = renderDlpatchHeader({
        base: { sha256: base.sha256, sizeBytes: base.sizeBytes, key: base.key, name: base.name },
        image: { name, sizeBytes: plan.sizeBytes },
        layers: layers.map(({ layer }) => layer),
      });
      const content: Piece[] = [{ kind: 'bytes', bytes: header }, ...layers.map(({ piece }) => piece)];
      const { sha256 } = await assembler.run({ pieces: content, path: null, holes: false, digest: true });
      const digest: Piece = { kind: 'bytes', bytes: Buffer.from(sha256 ?? '', 'hex') };
      return assembler.run({ pieces: [...content, digest], path, holes: false, digest: true });
    },
  };
}

/** Compresses a layer, into a file of a private `directory` when it is large. */
async function packLayer(ranges: readonly PatchRange[], directory: string): Promise<PackedLayer> {
  const pieces = ranges.map((range) => range.piece);
  const piece =
    totalLength(pieces) <= memoryBytes ? await packInMemory(pieces) : await packIntoFile(pieces, directory);
  return {
    piece,
    layer: {
      ranges: ranges.map((range) => [range.offsetBytes, pieceLength(range.piece)] as const),
      compressedBytes: pieceLength(piece),
    },
  };
}

async function packInMemory(pieces: readonly Piece[]): Promise<Piece> {
  return { kind: 'bytes', bytes: await deflate(await readPieces(pieces), deflateOptions) };
}

async function packIntoFile(pieces: readonly Piece[], directory: string): Promise<Piece> {
  const path = join(directory, `packed-${randomBytes(6).toString('hex')}`);
  async function* contents(): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield await readPieces([piece]);
  }
  await pipeline(
    contents,
    createDeflateRaw(deflateOptions),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  );
  return { kind: 'file', path, offsetBytes: 0, lengthBytes: (await stat(path)).size };
}
