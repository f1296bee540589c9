import { open } from 'node:fs/promises';
import { totalLength, type Piece } from '../../image/piece.ts';

/** Reads small pieces into memory, one after the other. */
export async function readPieces(pieces: readonly Piece[]): Promise<Buffer> {
  const result = Buffer.alloc(totalLength(pieces));
  let position = 0;
  for (const piece of pieces) {
    if (piece.kind === 'bytes') {
      result.set(piece.bytes, position);
      position += piece.bytes.byteLength;
      continue;
    }
    if (piece.kind === 'file') {
      const file = await open(piece.path, 'r');
      try {
        await file.read(result, position, piece.lengthBytes, piece.offsetBytes);
      } finally {
        await file.close();
      }
    }
    position += piece.lengthBytes;
  }
  return result;
}
