import { describe, expect, it } from 'vitest';
import type { PatchRange } from '../../../builder/image/patch.ts';
import { overlayRanges } from '../../../builder/artifact/image-contents.ts';
import { planImage } from '../../../builder/artifact/image-pieces.ts';
import { pieceLength, type Piece } from '../../../builder/image/piece.ts';
import { contents, range } from './sample-contents.ts';

/** What a list of ranges does to a disk of dots: one letter a byte. */
function paint(size: number, ...layers: readonly (readonly PatchRange[])[]): string {
  const disk = Buffer.alloc(size, '.');
  for (const { offsetBytes, piece } of layers.flat()) {
    if (piece.kind === 'bytes') disk.set(piece.bytes, offsetBytes);
  }
  return disk.toString();
}

const a = 'a'.charCodeAt(0);
const b = 'b'.charCodeAt(0);

describe('overlayRanges', () => {
  it.each([
    [[range(0, 4, a)], [range(6, 2, b)], 'aaaa..bb'],
    [[range(0, 8, a)], [range(2, 3, b)], 'aabbbaaa'],
    [[range(2, 3, a)], [range(0, 8, b)], 'bbbbbbbb'],
    [[range(0, 3, a), range(4, 4, a)], [range(2, 3, b)], 'aabbbaaa'],
    [[range(0, 8, a)], [range(1, 1, b), range(3, 1, b), range(7, 1, b)], 'ababaaab'],
    [[], [range(1, 1, b)], '.b......'],
    [[range(1, 1, a)], [], '.a......'],
  ])('lays the second over the first: %#', (lower, upper, picture) => {
    const result = overlayRanges(lower, upper);
    expect(paint(8, result)).toBe(picture);
    expect(paint(8, lower, upper)).toBe(picture);
    let position = 0;
    for (const { offsetBytes, piece } of result) {
      expect(offsetBytes).toBeGreaterThanOrEqual(position);
      position = offsetBytes + pieceLength(piece);
    }
  });
});

describe('planImage', () => {
  const image = contents(100, [range(10, 10, a)], [range(15, 10, b)]);
  const plan = planImage(image, [
    { offsetBytes: 0, lengthBytes: 30 },
    { offsetBytes: 50, lengthBytes: 20 },
  ]);
  const describePiece = (piece: Piece): string => {
    if (piece.kind === 'bytes') return Buffer.from(piece.bytes).toString();
    return piece.kind === 'zeros'
      ? `0*${piece.lengthBytes}`
      : `base ${piece.offsetBytes}+${piece.lengthBytes}`;
  };

  it('covers everything: patches, data of the base, zeros', () => {
    expect(plan.pieces(0, 100).map(describePiece)).toEqual([
      ...['base 0+10', 'aaaaa', 'bbbbbbbbbb', 'base 25+5', '0*20', 'base 50+20', '0*30'],
    ]);
  });

  it.each([
    [12, 5, ['aaa', 'bb']],
    [25, 30, ['base 25+5', '0*20', 'base 50+5']],
    [70, 30, ['0*30']],
    [60, 1, ['base 60+1']],
  ])('gives just the stretch from %i with %i bytes', (offset, length, expected) => {
    expect(plan.pieces(offset, length).map(describePiece)).toEqual(expected);
  });
});
