import { crc32 } from 'node:zlib';

/** One block of an .xz stream, as it can be put into another stream. Source: https://tukaani.org/xz/xz-file-format.txt */
export interface XzBlock {
  /** Block header that states both sizes, so that `xz -T` can decode the blocks of a joined stream in parallel. */
  readonly header: Buffer;
  /** Position of compressed data, padding and check in the stream that the block comes from. */
  readonly bodyOffsetBytes: number;
  readonly bodyLengthBytes: number;
  /** Index entry of the block: its size without padding, and the size of its decoded data. */
  readonly unpaddedSizeBytes: number;
  readonly uncompressedSizeBytes: number;
}

/** A whole .xz stream, taken apart. */
export interface XzStream {
  /** Stream flags: which check the blocks carry. All blocks of a stream have the same. */
  readonly flags: number;
  readonly blocks: readonly XzBlock[];
}

const headerMagic = Buffer.from('fd377a585a00', 'hex');
const footerMagic = Buffer.from('YZ', 'latin1');
const streamHeaderBytes = 12;
/** Check size by its id: none, CRC32, CRC64, SHA-256. */
const checkSizes: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 };

/**
 * Takes an .xz stream apart.
 *
 * @param read Gives back bytes of the stream.
 * @throws Error when it is not one whole stream.
 */
export function parseXzStream(sizeBytes: number, read: (offset: number, length: number) => Buffer): XzStream {
  const head = read(0, streamHeaderBytes);
  const footer = read(sizeBytes - streamHeaderBytes, streamHeaderBytes);
  if (!head.subarray(0, 6).equals(headerMagic) || !footer.subarray(10).equals(footerMagic)) {
    throw new Error('not a whole .xz stream');
  }
  const flags = footer.readUInt16LE(8);
  const checkBytes = checkSizes[flags >>> 8];
  if (checkBytes === undefined) throw new Error('unknown check of an .xz stream');
  const indexBytes = (footer.readUInt32LE(4) + 1) * 4;
  const records = parseIndex(read(sizeBytes - streamHeaderBytes - indexBytes, indexBytes));
  const blocks: XzBlock[] = [];
  let position = streamHeaderBytes;
  for (const [unpaddedSizeBytes, uncompressedSizeBytes] of records) {
    const oldHeader = read(position, (read(position, 1).readUInt8(0) + 1) * 4);
    const compressedBytes = unpaddedSizeBytes - oldHeader.length - checkBytes;
    const header = sizedHeader(oldHeader, compressedBytes, uncompressedSizeBytes);
    const paddedBytes = Math.ceil(unpaddedSizeBytes / 4) * 4;
    blocks.push({
      header,
      bodyOffsetBytes: position + oldHeader.length,
      bodyLengthBytes: paddedBytes - oldHeader.length,
      unpaddedSizeBytes: unpaddedSizeBytes - oldHeader.length + header.length,
      uncompressedSizeBytes,
    });
    position += paddedBytes;
  }
  return { flags, blocks };
}

/** Header of a stream with these flags, before its blocks. */
export function xzHead(flags: number): Buffer {
  const head = Buffer.alloc(streamHeaderBytes);
  headerMagic.copy(head);
  head.writeUInt16LE(flags, 6);
  head.writeUInt32LE(crc32(head.subarray(6, 8)), 8);
  return head;
}

/** Index and footer of a stream, after its blocks. */
export function xzTail(flags: number, blocks: readonly XzBlock[]): Buffer {
  const records = blocks.flatMap((block) => [
    encodeNumber(block.unpaddedSizeBytes),
    encodeNumber(block.uncompressedSizeBytes),
  ]);
  const index = withChecksum(Buffer.concat([Buffer.from([0]), encodeNumber(blocks.length), ...records]));
  const footer = Buffer.alloc(streamHeaderBytes);
  footer.writeUInt32LE(index.length / 4 - 1, 4);
  footer.writeUInt16LE(flags, 8);
  footer.writeUInt32LE(crc32(footer.subarray(4, 10)), 0);
  footerMagic.copy(footer, 10);
  return Buffer.concat([index, footer]);
}

function parseIndex(index: Buffer): (readonly [number, number])[] {
  const reader = { position: 1 };
  const count = decodeNumber(index, reader);
  return Array.from(
    { length: count },
    () => [decodeNumber(index, reader), decodeNumber(index, reader)] as const,
  );
}

function sizedHeader(header: Buffer, compressedBytes: number, uncompressedBytes: number): Buffer {
  const flags = header.readUInt8(1);
  const reader = { position: 2 };
  if ((flags & 0x40) !== 0) decodeNumber(header, reader);
  if ((flags & 0x80) !== 0) decodeNumber(header, reader);
  const start = reader.position;
  for (let filter = 0; filter <= (flags & 3); filter += 1) {
    decodeNumber(header, reader);
    const propertyBytes = decodeNumber(header, reader);
    reader.position += propertyBytes;
  }
  const filters = header.subarray(start, reader.position);
  const sizes = [encodeNumber(compressedBytes), encodeNumber(uncompressedBytes)];
  const fields = Buffer.concat([Buffer.from([0, flags | 0xc0]), ...sizes, filters]);
  fields.writeUInt8(Math.ceil(fields.length / 4), 0);
  return withChecksum(fields);
}

/** Pads with zeros to a multiple of four bytes, and appends the CRC-32. */
function withChecksum(fields: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil(fields.length / 4) * 4 + 4);
  fields.copy(padded);
  padded.writeUInt32LE(crc32(padded.subarray(0, -4)), padded.length - 4);
  return padded;
}

function encodeNumber(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

function decodeNumber(bytes: Buffer, reader: { position: number }): number {
  let value = 0;
  for (let weight = 1; ; weight *= 0x80) {
    const byte = bytes.readUInt8(reader.position);
    reader.position += 1;
    value += (byte & 0x7f) * weight;
    if ((byte & 0x80) === 0) return value;
  }
}
