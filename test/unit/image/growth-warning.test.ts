import { describe, expect, it } from 'vitest';
import { growthWarning } from '../../../builder/image/growth-warning.ts';
import type { ImageLayout, ImagePartition } from '../../../builder/image/layout.ts';

const mebibyte = 1024 ** 2;

function partition(number: number, offsetMebibytes: number, kind: 'ext4' | 'fat32'): ImagePartition {
  const filesystem = { kind, label: '', uuid: '', sizeBytes: null, freeBytes: null };
  const place = { offsetBytes: offsetMebibytes * mebibyte, sizeBytes: 160 * mebibyte };
  return { number, ...place, type: '83', name: '', partuuid: '', filesystem };
}

function layoutOf(...partitions: ImagePartition[]): ImageLayout {
  return { table: 'mbr', sectorSize: 512, sizeBytes: 1, neededBytes: 1, partitions };
}

describe('growthWarning', () => {
  it('is there when another partition lies behind the root, whatever its number', () => {
    const root = partition(2, 4, 'ext4');
    const layout = layoutOf(partition(1, 300, 'fat32'), root);
    expect(growthWarning('board.img', { layout, root })).toMatchObject({
      severity: 'warning',
      id: 'base-root-not-last',
      message: expect.stringMatching(
        /^the root filesystem of board\.img keeps its 160\b.*partition 1 is fat32$/,
      ),
    });
  });

  it('is not there when the root is the last one', () => {
    const root = partition(1, 300, 'ext4');
    expect(growthWarning('board.img', { layout: layoutOf(root, partition(2, 4, 'fat32')), root })).toBeNull();
  });
});
