import { describe, expect, it } from 'vitest';
import { layoutFrames } from '../../../builder/artifact/frame-layout.ts';
import { contents, range } from './sample-contents.ts';

const mebibyte = 1024 * 1024;
const kibibyte = 1024;
const frameBytes = 16 * mebibyte;

function shown(image: ReturnType<typeof contents>): string[] {
  return layoutFrames(image, frameBytes).map(
    ({ kind, offsetBytes, lengthBytes }) => `${kind} ${offsetBytes / kibibyte}+${lengthBytes / kibibyte}`,
  );
}

describe('layoutFrames', () => {
  it('is a grid where nothing is patched', () => {
    expect(shown(contents(40 * mebibyte, [], []))).toEqual([
      'base 0+16384',
      'base 16384+16384',
      'base 32768+8192',
    ]);
  });

  it('gives patched ranges frames of their own, the node before the cluster', () => {
    const shared = [range(mebibyte, 8192, 1), range(2 * mebibyte, 4096, 1)];
    const own = [range(2 * mebibyte, 4096, 2)];
    expect(shown(contents(frameBytes, shared, own))).toEqual([
      ...['base 0+1024', 'shared 1024+64', 'base 1088+960', 'own 2048+64', 'base 2112+14272'],
    ]);
  });

  it('joins ranges with small gaps, and cuts at the grid', () => {
    const own = [range(0, 4096, 1), range(150 * kibibyte, 4096, 1), range(frameBytes - 4096, 8192, 1)];
    expect(shown(contents(2 * frameBytes, [], own))).toEqual([
      ...['own 0+192', 'base 192+16128', 'own 16320+64', 'own 16384+64', 'base 16448+16320'],
    ]);
  });

  it('keeps its frames of the base when a file takes a block more', () => {
    const one = layoutFrames(contents(frameBytes, [], [range(mebibyte, 4096, 1)]), frameBytes);
    const other = layoutFrames(contents(frameBytes, [], [range(mebibyte, 12_288, 1)]), frameBytes);
    expect(other).toEqual(one);
  });

  it('covers an image of any size without gaps', () => {
    const size = 33 * mebibyte + 512;
    let position = 0;
    for (const { offsetBytes, lengthBytes } of layoutFrames(
      contents(size, [range(size - 512, 512, 1)], []),
      frameBytes,
    )) {
      expect(offsetBytes).toBe(position);
      position += lengthBytes;
    }
    expect(position).toBe(size);
  });
});
