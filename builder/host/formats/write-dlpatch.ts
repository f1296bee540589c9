import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createDeflateRaw, deflateRaw } from 'node:zlib';
import { renderDlpatchHeader, type DlpatchHeader, type DlpatchLayer } from '../../formats/dlpatch.ts';
import type { PatchRange } from '../../formats/image-contents.ts';
import { pieceLength, totalLength, type Piece } from '../../formats/piece.ts';
import type { AssembleResult } from './assemble.ts';
import type { Assembler } from './assembler.ts';
import { readPieces } from './read-pieces.ts';

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);
const deflateOptions = { level: 6, memLevel: 9 };
/** What is larger is compressed from file to file. */
const memoryBytes = 16 * 1024 * 1024;

/** A layer as it lies in a `.dlpatch`. */
export interface PackedLayer {
  readonly layer: DlpatchLayer;
  readonly piece: Piece;
}

/** Compresses a layer, into a file of a private `directory` when it is large. */
export async function packLayer(ranges: readonly PatchRange[], directory: string): Promise<PackedLayer> {
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

/** Writes a `.dlpatch` into a new file. */
export async function writeDlpatch(
  path: string,
  identity: Omit<DlpatchHeader, 'layers'>,
  layers: readonly PackedLayer[],
  assembler: Assembler,
): Promise<AssembleResult> {
  const header = renderDlpatchHeader({ ...identity, layers: layers.map(({ layer }) => layer) });
  const content: Piece[] = [{ kind: 'bytes', bytes: header }, ...layers.map(({ piece }) => piece)];
  const { sha256 } = await assembler.run({ pieces: content, path: null, holes: false, digest: true });
  const digest: Piece = { kind: 'bytes', bytes: Buffer.from(sha256 ?? '', 'hex') };
  return assembler.run({ pieces: [...content, digest], path, holes: false, digest: true });
}
