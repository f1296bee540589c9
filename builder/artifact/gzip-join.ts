import { combineCrc32 } from '../image/crc32.ts';

/** A stretch of raw deflate data that ends on a byte, without a final block, and what it decodes to. */
export interface DeflateFrame {
  readonly crc32: number;
  readonly lengthBytes: number;
}

/** Header before the frames of one gzip member: no name, no time. Source: RFC 1952, section 2.3. */
export const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * What must stand behind them: an empty final block, the CRC-32 and the length of everything. The result is one
 * ordinary member, which also programs read that stop after the first.
 */
export function gzipTail(frames: readonly DeflateFrame[]): Buffer {
  const tail = Buffer.alloc(10);
  tail.writeUInt16LE(0x0003, 0);
  tail.writeUInt32LE(
    frames.reduce((crc, frame) => combineCrc32(crc, frame.crc32, frame.lengthBytes), 0),
    2,
  );
  const lengthBytes = frames.reduce((sum, frame) => sum + frame.lengthBytes, 0);
  tail.writeUInt32LE(lengthBytes % 2 ** 32, 6);
  return tail;
}
