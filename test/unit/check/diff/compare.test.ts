import { describe, expect, it } from 'vitest';
import { compareLayouts } from '../../../../builder/check/diff/compare-layouts.ts';
import { compareTrees } from '../../../../builder/check/diff/compare-trees.ts';
import type { TreeNode } from '../../../../builder/check/diff/file-tree.ts';
import type { ImageLayout, ImagePartition } from '../../../../builder/image/layout.ts';

const mebibyte = 1024 * 1024;

function partition(number: number, more: Partial<ImagePartition> = {}): ImagePartition {
  return {
    number,
    offsetBytes: number * mebibyte,
    sizeBytes: mebibyte,
    type: '83',
    name: '',
    partuuid: `0a1b2c3d-0${number}`,
    filesystem: { kind: 'ext4', label: 'root', uuid: 'u', sizeBytes: mebibyte, freeBytes: 5 },
    ...more,
  };
}

function layout(partitions: readonly ImagePartition[], more: Partial<ImageLayout> = {}): ImageLayout {
  const sizeBytes = 8 * mebibyte;
  return { table: 'mbr', sectorSize: 512, sizeBytes, neededBytes: sizeBytes, partitions, ...more };
}

describe('compareLayouts', () => {
  it('says nothing of layouts that are the same', () => {
    expect(compareLayouts(layout([partition(1)]), layout([partition(1)]))).toEqual([]);
  });

  it('names what differs of the table, of partitions, and partitions that only one image has', () => {
    const one = layout([partition(1), partition(2)]);
    const label = { ...partition(1).filesystem, label: '', freeBytes: null };
    const moved = partition(1, { offsetBytes: 3 * mebibyte, type: '0c', filesystem: label });
    const other = layout([moved, partition(3)], { table: 'gpt', sizeBytes: 9 });
    expect(compareLayouts(one, other)).toEqual([
      'partition table mbr -> gpt',
      'size 8388608 -> 9',
      'partition 1: offset 1048576 -> 3145728',
      'partition 1: type 83 -> 0c',
      'partition 1: label root -> (none)',
      'partition 1: free bytes 5 -> (none)',
      'partition 2: only in the first image',
      'partition 3: only in the second image',
    ]);
  });
});

interface Sketch {
  readonly kind?: string;
  readonly attributes?: Record<string, string>;
  readonly text?: string;
  readonly at?: number;
  readonly children?: Record<string, Sketch>;
  readonly unreadable?: boolean;
}

function tree(
  name: string,
  { kind, attributes = {}, text = '', at, children, unreadable }: Sketch,
): TreeNode {
  return {
    name,
    kind: kind ?? (children === undefined ? 'file' : 'directory'),
    sizeBytes: children === undefined ? text.length : 0,
    attributes: { mode: '0644', owner: '0:0', ...attributes },
    children: async () =>
      new Map(Object.entries(children ?? {}).map(([child, sketch]) => [child, tree(child, sketch)])),
    ranges: async () => (at === undefined ? [] : [{ offsetBytes: at, lengthBytes: 4096 }]),
    async *content() {
      if (unreadable === true) throw new Error('read without need');
      yield Buffer.from(text);
    },
  };
}

const compare = (one: Record<string, Sketch>, other: Record<string, Sketch>, differing = [0, 0]) =>
  compareTrees(tree('/', { children: one }), tree('/', { children: other }), [
    { offsetBytes: differing[0]!, lengthBytes: differing[1]! },
  ]);

describe('compareTrees', () => {
  it('names mode, owner, extended attributes, kind, size, content and target', async () => {
    const differences = await compare(
      {
        mode: { attributes: { mode: '0644' } },
        owner: { attributes: { owner: '0:0' } },
        capability: { attributes: { attributes: 'x' } },
        kind: { text: 'a' },
        size: { text: 'a' },
        content: { text: 'a' },
        link: { kind: 'symlink', text: '/a' },
      },
      {
        mode: { attributes: { mode: '4755' } },
        owner: { attributes: { owner: '1000:0' } },
        capability: { attributes: { attributes: 'y' } },
        kind: { kind: 'symlink', text: 'a' },
        size: { text: 'ab' },
        content: { text: 'b' },
        link: { kind: 'symlink', text: '/b' },
      },
    );
    expect(differences.map(({ path, details }) => `${path}: ${details.join()}`)).toEqual([
      '/capability: extended attributes',
      '/content: content',
      '/kind: file -> symlink',
      '/link: target',
      '/mode: mode 0644 -> 4755',
      '/owner: owner 0:0 -> 1000:0',
      '/size: size 1 -> 2',
    ]);
  });

  it('lists what is in one image only, with everything below it', async () => {
    const below = { children: { file: {}, deep: { children: { inner: {} } } } };
    const differences = await compare({ gone: below, same: {} }, { same: {}, came: {} });
    expect(differences.map(({ path, change }) => `${change} ${path}`)).toEqual([
      'added /came',
      'removed /gone',
      'removed /gone/file',
      'removed /gone/deep',
      'removed /gone/deep/inner',
    ]);
  });

  it('reads only what lies where the images differ, or in another place', async () => {
    const still = { file: { text: 'a', at: 8192, unreadable: true } };
    expect(await compare(still, still, [0, 8192])).toEqual([]);
    const changed = [{ file: { text: 'a', at: 8192 } }, { file: { text: 'b', at: 8192 } }] as const;
    expect(await compare(...changed, [8192, 4096])).toMatchObject([{ path: '/file', details: ['content'] }]);
    const moved = [{ file: { text: 'a', at: 8192 } }, { file: { text: 'a', at: 4096 } }] as const;
    expect(await compare(...moved, [4096, 8192])).toEqual([]);
  });
});
