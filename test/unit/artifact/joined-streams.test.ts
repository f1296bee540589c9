import { constants, crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { combineCrc32 } from '../../../builder/image/crc32.ts';
import { gzipHead, gzipTail } from '../../../builder/artifact/gzip-join.ts';
import { parseXzStream, xzHead, xzTail } from '../../../builder/artifact/xz-stream.ts';

const frames = ['', 'one', 'a second frame '.repeat(5000), '\0'.repeat(70_000), 'last'].map((text) =>
  Buffer.from(text),
);
const whole = Buffer.concat(frames);

describe('combineCrc32', () => {
  it('is the checksum of both stretches', () => {
    for (let cut = 0; cut < whole.length; cut += 12_345) {
      const [before, after] = [whole.subarray(0, cut), whole.subarray(cut)];
      expect(combineCrc32(crc32(before), crc32(after), after.length)).toBe(crc32(whole));
    }
  });
});

describe('a gzip member', () => {
  it('is made of frames that were deflated apart', () => {
    const bodies = frames.map((frame) => deflateRawSync(frame, { finishFlush: constants.Z_FULL_FLUSH }));
    const tail = gzipTail(frames.map((frame) => ({ crc32: crc32(frame), lengthBytes: frame.length })));
    expect(gunzipSync(Buffer.concat([gzipHead, ...bodies, tail])).equals(whole)).toBe(true);
  });

  it('counts its length modulo 2^32, as the format says', () => {
    const tail = gzipTail([{ crc32: 0, lengthBytes: 2 ** 32 + 5 }]);
    expect(tail.readUInt32LE(6)).toBe(5);
  });
});

describe('an .xz stream', () => {
  // `printf 'hello\n' | xz -6 | base64`, from xz 5.4.1.
  const hello = Buffer.from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFaGVsbG8KAAAApWCX8ZT2/eAAAR4GwS+kHR+2830BAAAAAARZWg==',
    'base64',
  );
  const parse = (bytes: Buffer) =>
    parseXzStream(bytes.length, (offset, length) => bytes.subarray(offset, offset + length));

  it('is taken apart', () => {
    const { flags, blocks } = parse(hello);
    expect(flags >>> 8).toBe(4);
    expect(blocks.map(({ uncompressedSizeBytes }) => uncompressedSizeBytes)).toEqual([6]);
  });

  it('is put together from blocks that state their sizes', () => {
    const { flags, blocks } = parse(hello);
    const [block] = blocks;
    const body = hello.subarray(block!.bodyOffsetBytes, block!.bodyOffsetBytes + block!.bodyLengthBytes);
    const one = Buffer.concat([block!.header, body]);
    const joined = Buffer.concat([xzHead(flags), one, one, xzTail(flags, [block!, block!])]);
    const again = parse(joined);
    expect(again.blocks.map(({ uncompressedSizeBytes }) => uncompressedSizeBytes)).toEqual([6, 6]);
    expect((again.blocks[0]?.header.readUInt8(1) ?? 0) & 0xc0).toBe(0xc0);
    expect(again.blocks[0]?.header).toEqual(block!.header);
  });

  it('is refused when it is cut off', () => {
    expect(() => parse(hello.subarray(0, -4))).toThrow('not a whole .xz stream');
  });
});
