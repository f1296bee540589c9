/**
 * One stretch of a file that is still to be written. A file is planned as a list of pieces, by pure code; only when
 * it is written (or hashed) are bytes read, so that an image of gigabytes costs no memory.
 */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  | { readonly kind: 'zeros'; readonly lengthBytes: number };

/** Bytes that a piece stands for. */
export function pieceLength(piece: Piece): number {
  return piece.kind === 'bytes' ? piece.bytes.byteLength : piece.lengthBytes;
}

/** Bytes that a list of pieces stands for. */
export function totalLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + pieceLength(piece), 0);
}

/** The part of a piece from `start` to `end`, counted from its own beginning. */
export function slicePiece(piece: Piece, start: number, end: number): Piece {
  if (piece.kind === 'bytes') return { kind: 'bytes', bytes: piece.bytes.subarray(start, end) };
  const lengthBytes = end - start;
  return piece.kind === 'zeros'
    ? { kind: 'zeros', lengthBytes }
    : { ...piece, offsetBytes: piece.offsetBytes + start, lengthBytes };
}
