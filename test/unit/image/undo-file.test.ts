import { describe, expect, it } from 'vitest';
import { parseUndoFile } from '../../../builder/image/undo-file.ts';
import { bufferSource } from './support/buffer-source.ts';

/** An undo file with blocks of 1 KiB: header, superblock copy, and for each group a block of keys and its data. */
function undoFile(groups: readonly (readonly (readonly [block: number, bytes: number])[])[]): Buffer {
  const header = Buffer.alloc(1024);
  header.write('E2UNDO02', 0, 'latin1');
  header.writeUInt32LE(groups.flat().length, 8);
  header.writeUInt32LE(2, 24);
  header.writeUInt32LE(1024, 32);
  header.writeUInt32LE(4096, 36);
  const parts = [header, Buffer.alloc(1024)];
  for (const keys of groups) {
    const block = Buffer.alloc(1024);
    block.writeUInt32LE(0xcadecade, 0);
    for (const [index, [fsBlock, bytes]] of keys.entries()) {
      block.writeUInt32LE(fsBlock, 16 + index * 16);
      block.writeUInt32LE(bytes, 16 + index * 16 + 12);
    }
    const data = keys.reduce((sum, [, bytes]) => sum + Math.ceil(bytes / 1024) * 1024, 0);
    parts.push(block, Buffer.alloc(data, 0xee));
  }
  return Buffer.concat(parts);
}

const superblock = { offsetBytes: 0, lengthBytes: 4096 };

describe('parseUndoFile', () => {
  it('lists what was written, and always the superblock', async () => {
    const full = Array.from({ length: 63 }, (_, index) => [index + 100, 1024] as const);
    const ranges = await parseUndoFile(
      bufferSource(
        undoFile([
          full,
          [
            [7, 100],
            [9, 5000],
          ],
        ]),
      ),
    );
    expect(ranges).toHaveLength(66);
    expect(ranges[0]).toEqual(superblock);
    expect(ranges[1]).toEqual({ offsetBytes: 409_600, lengthBytes: 1024 });
    expect(ranges.slice(-2)).toEqual([
      { offsetBytes: 28_672, lengthBytes: 100 },
      { offsetBytes: 36_864, lengthBytes: 5000 },
    ]);
  });

  it('accepts a file without keys', async () => {
    expect(await parseUndoFile(bufferSource(undoFile([])))).toEqual([superblock]);
  });

  it.each([
    ['another file', Buffer.from('something else'), 'not an undo file of e2fsprogs'],
    ['a truncated one', undoFile([[[7, 1024]]]).subarray(0, 2500), 'truncated undo file'],
    ['overwritten keys', undoFile([[[7, 1024]]]).fill(0, 2048, 2052), 'damaged undo file'],
    ['blocks of no size', undoFile([]).fill(0, 32, 36), 'damaged undo file'],
  ])('refuses %s', async (_name, bytes, message) => {
    await expect(parseUndoFile(bufferSource(bytes))).rejects.toThrow(message);
  });
});
