import { describe, expect, it } from 'vitest';
import { overlayPatch, patchedSource, type Patch } from '../../../builder/image/patch.ts';
import { alignRanges, differingRuns, type ByteRange } from '../../../builder/image/ranges.ts';
import { bufferSource } from './support/buffer-source.ts';

const range = (offsetBytes: number, lengthBytes: number): ByteRange => ({ offsetBytes, lengthBytes });

describe('alignRanges', () => {
  it('widens to whole units, sorts, joins what touches, and drops what is empty', () => {
    expect(
      alignRanges(
        [range(20_000, 10), range(1, 1), range(4095, 2), range(50_000, 0), range(8192, 1)],
        2 ** 20,
      ),
    ).toEqual([range(0, 12_288), range(16_384, 4096)]);
  });

  it('ends with the image, and cuts long ranges', () => {
    expect(alignRanges([range(0, 10_000)], 10_000, 4096)).toEqual([
      range(0, 4096),
      range(4096, 4096),
      range(8192, 1808),
    ]);
    expect(alignRanges([range(20_000, 10)], 10_000)).toEqual([]);
  });
});

describe('differingRuns', () => {
  it('names the units that differ, as long runs', () => {
    const before = Buffer.alloc(20_000);
    const after = Buffer.from(before);
    expect(differingRuns(before, after)).toEqual([]);
    for (const position of [4096, 8200, 19_999]) after[position] = 1;
    expect(differingRuns(before, after)).toEqual([range(4096, 8192), range(16_384, 3616)]);
  });
});

describe('a patch laid over its base', () => {
  const ranges = [
    { ...range(4096, 8192), piece: { kind: 'zeros', lengthBytes: 8192 } as const },
    { ...range(16_384, 4096), piece: { kind: 'zeros', lengthBytes: 4096 } as const },
  ];
  const patch: Patch = {
    baseSizeBytes: 32_768,
    ranges,
    sizeBytes: 12_288,
    read: async ({ offsetBytes, lengthBytes }) => Buffer.alloc(lengthBytes, offsetBytes === 4096 ? 1 : 2),
    close: async () => {},
  };
  const whole = Buffer.concat([
    Buffer.alloc(4096, 9),
    Buffer.alloc(8192, 1),
    Buffer.alloc(4096, 9),
    Buffer.alloc(4096, 2),
    Buffer.alloc(12_288, 9),
  ]);

  it.each([
    [0, 32_768],
    [5000, 10],
    [4095, 2],
    [12_287, 2],
    [12_288, 4096],
    [10_000, 8000],
    [20_479, 2],
    [20_480, 100],
    [0, 4096],
  ])('reads as one image from %i, %i bytes long', async (offset, length) => {
    const source = patchedSource(bufferSource(Buffer.alloc(32_768, 9)), patch);
    expect((await source.read(offset, length)).equals(whole.subarray(offset, offset + length))).toBe(true);
  });

  it('says whether it changed anything', async () => {
    expect(await overlayPatch(Buffer.alloc(10), 4096, patch)).toBe(true);
    expect(await overlayPatch(Buffer.alloc(10), 12_288, patch)).toBe(false);
  });
});
