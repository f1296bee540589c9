import { describe, expect, it } from 'vitest';
import { memoryOfMethod } from '../../../../../builder/image/packing/host/archive-memory.ts';

describe('memoryOfMethod', () => {
  it.each([
    ['LZMA2:24', 16 * 1024 ** 2],
    ['LZMA:1536m', 1536 * 1024 ** 2],
    ['LZMA2:32', 4 * 1024 ** 3],
    ['LZMA:96k:lc4', 96 * 1024],
    ['BCJ2 LZMA:26 LZMA:20:lc0:lp2', 64 * 1024 ** 2],
    ['BCJ LZMA2:3000b', 3000],
    ['PPMD:o8:mem30', 1024 ** 3],
    ['PPMD:o32:mem1536m', 1536 * 1024 ** 2],
    ['Deflate', 0],
    ['Deflate64', 0],
    ['BZip2', 0],
    ['Copy', 0],
    ['', 0],
  ])('reads %s', (method, bytes) => {
    expect(memoryOfMethod(method)).toBe(bytes);
  });
});
