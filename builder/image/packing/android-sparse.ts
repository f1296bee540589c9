/**
 * An Android sparse image is a header, then chunks that each stand for some blocks of the raw image.
 * Source: AOSP, system/core, libsparse/sparse_format.h; numbers are little-endian.
 */
/** The part of a header and of a chunk's header that version 1.0 describes, in bytes. */
export const sparseHeaderBytes = 28;
export const chunkHeaderBytes = 12;

/** The beginning of an Android sparse image. */
export interface SparseHeader {
  /** Offset of the first chunk in bytes. */
  readonly headerBytes: number;
  /** Size of a chunk's own header, in bytes. */
  readonly chunkHeaderBytes: number;
  readonly blockBytes: number;
  /** Length of the raw image in blocks. */
  readonly blocks: number;
  readonly chunks: number;
}

/**
 * `raw`: the bytes follow; `fill`: four bytes follow, to be repeated; `hole`: nothing follows, and there are zeros;
 * `sum`: four bytes follow, the CRC-32 of the raw image so far.
 */
export type ChunkKind = 'raw' | 'fill' | 'hole' | 'sum';

/** One chunk: how many bytes of the raw image it stands for, and how many follow its header. */
export interface SparseChunk {
  readonly kind: ChunkKind;
  readonly lengthBytes: number;
  readonly dataBytes: number;
}

const kinds: ReadonlyMap<number, ChunkKind> = new Map([
  [0xcac1, 'raw'],
  [0xcac2, 'fill'],
  [0xcac3, 'hole'],
  [0xcac4, 'sum'],
]);

/** Reads a header of `sparseHeaderBytes`. @returns what is wrong with it, as a text, where it makes no sense */
export function parseSparseHeader(bytes: Buffer): SparseHeader | string {
  const major = bytes.readUInt16LE(4);
  if (major !== 1) return `its version is ${major}`;
  const header = {
    headerBytes: bytes.readUInt16LE(8),
    chunkHeaderBytes: bytes.readUInt16LE(10),
    blockBytes: bytes.readUInt32LE(12),
    blocks: bytes.readUInt32LE(16),
    chunks: bytes.readUInt32LE(20),
  };
  if (header.headerBytes < sparseHeaderBytes || header.chunkHeaderBytes < chunkHeaderBytes)
    return 'its headers are too short';
  const isBlock = header.blockBytes > 0 && header.blockBytes % 4 === 0;
  return isBlock ? header : `its blocks have ${header.blockBytes} bytes`;
}

/** Reads the header of a chunk, of `chunkHeaderBytes`. @returns what is wrong with it, as a text, where it makes no sense */
export function parseSparseChunk(bytes: Buffer, header: SparseHeader): SparseChunk | string {
  const code = bytes.readUInt16LE(0);
  const kind = kinds.get(code);
  if (kind === undefined) return `a chunk is of kind 0x${code.toString(16)}`;
  const lengthBytes = kind === 'sum' ? 0 : bytes.readUInt32LE(4) * header.blockBytes;
  const dataBytes = bytes.readUInt32LE(8) - header.chunkHeaderBytes;
  const expected = { raw: lengthBytes, fill: 4, hole: 0, sum: 4 }[kind];
  return dataBytes === expected ? { kind, lengthBytes, dataBytes } : `a chunk has ${dataBytes} bytes of data`;
}
