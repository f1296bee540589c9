import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extAllocation } from '../../builder/image/ext-allocation.ts';
import { mappedRanges } from '../../builder/image/mapped-ranges.ts';
import { readBaseImage, type BaseImage } from '../../builder/image/host/base.ts';
import { checkFilesystems } from '../../builder/image/host/check-filesystems.ts';
import { withImage } from '../../builder/image/host/open-image.ts';
import { subSource } from '../../builder/image/byte-source.ts';
import type { ByteRange } from '../../builder/image/ranges.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

const missing = missingPrograms([
  'sfdisk',
  'mkfs.vfat',
  'mke2fs',
  'debugfs',
  'dumpe2fs',
  'mcopy',
  'fsck.vfat',
]);
/** 32 bytes, so that it fills blocks and clusters without a rest. */
const marker = 'a stretch that will be zero soon';
const kinds = Object.entries({
  ...testImages,
  'MBR, FAT32, ext4 with groups that were never written': {
    ...testImages['MBR, FAT32, ext4 of today']!,
    extArguments: ['-O', 'metadata_csum,64bit', '-g', '4096', '-b', '1024'],
  },
});

describe.skipIf(missing.length > 0).each(kinds)('%s', (_name, kind) => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  let base: BaseImage;
  let mapped: readonly ByteRange[];

  beforeAll(async () => {
    buildTestImage(kind, basePath, scratch.path);
    // A file of zeros is content: on a card that was used before, it must be written.
    const zeros = join(scratch.path, 'zeros');
    writeFileSync(zeros, Buffer.alloc(300_000, marker));
    base = await readBaseImage(basePath);
    const device = `${basePath}?offset=${base.root.offsetBytes}`;
    run('debugfs', ['-w', '-R', `write ${zeros} zeros`, device]);
    run('mcopy', ['-i', `${basePath}@@${base.boot?.offsetBytes}`, zeros, '::/zeros']);
    // debugfs would make holes of zeros; so they are put where the file's blocks are.
    const image = readFileSync(basePath);
    for (let at = image.indexOf(marker); at !== -1; at = image.indexOf(marker, at))
      image.fill(0, at, at + 32);
    writeFileSync(basePath, image);
    mapped = await withImage(basePath, (opened) => mappedRanges(opened, base.layout));
  });
  afterAll(() => scratch.cleanUp());

  it('names as free just what dumpe2fs calls free', async () => {
    const allocation = await withImage(basePath, (image) =>
      extAllocation(subSource(image, base.root.offsetBytes, base.root.sizeBytes)),
    );
    const report = run('dumpe2fs', [`${basePath}?offset=${base.root.offsetBytes}`]).toString();
    const blockSize = Number(/^Block size: +(\d+)/m.exec(report)?.[1]);
    const free = [...report.matchAll(/^ +Free blocks: (.*)$/gm)].flatMap(([, list = '']) =>
      list
        .split(', ')
        .filter((range) => range !== '')
        .map((range) => range.split('-').map(Number)),
    );
    expect(free.length).toBeGreaterThan(0);
    const used = new Set<number>();
    for (const { offsetBytes, lengthBytes } of allocation ?? []) {
      for (let at = offsetBytes; at < offsetBytes + lengthBytes; at += blockSize) used.add(at / blockSize);
    }
    const blocks = Number(/^Block count: +(\d+)/m.exec(report)?.[1]);
    let freeBlocks = 0;
    for (const [first = 0, last = first] of free) {
      for (let block = first; block <= last; block += 1) {
        freeBlocks += 1;
        expect(used.has(block), `block ${block}`).toBe(false);
      }
    }
    expect(used.size + freeBlocks).toBe(blocks);
  });

  it('on a card that was used before, the mapped ranges alone make a whole image', async () => {
    const image = readFileSync(basePath);
    const card = Buffer.alloc(image.length, 0xaa);
    for (const { offsetBytes, lengthBytes } of mapped) {
      image.copy(card, offsetBytes, offsetBytes, offsetBytes + lengthBytes);
    }
    const path = join(scratch.path, 'card.img');
    writeFileSync(path, card);
    for (const check of await checkFilesystems(path, base.layout, scratch.path)) {
      expect(check, check.report).toMatchObject({ isClean: true });
    }
    const zeros = run('debugfs', ['-R', 'cat /zeros', `${path}?offset=${base.root.offsetBytes}`]);
    expect(zeros.equals(Buffer.alloc(300_000))).toBe(true);
    const onFat = run('mcopy', ['-i', `${path}@@${base.boot?.offsetBytes}`, '::/zeros', '-']);
    expect(onFat.equals(Buffer.alloc(300_000))).toBe(true);
  });

  it('are sorted, apart, aligned, and far from everything', () => {
    let position = -1;
    for (const { offsetBytes, lengthBytes } of mapped) {
      expect(offsetBytes).toBeGreaterThan(position);
      expect(offsetBytes % 4096).toBe(0);
      position = offsetBytes + lengthBytes;
    }
    const total = mapped.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    expect(total).toBeLessThan(base.layout.sizeBytes / 2);
  });
});

describe.skipIf(missing.length > 0)('what cannot be relied on', () => {
  const scratch = makeScratch();
  afterAll(() => scratch.cleanUp());

  it.each([
    ['an unreplayed journal', ['-O', 'metadata_csum'], 'feature needs_recovery'],
    ['clusters of several blocks', ['-O', 'bigalloc,extent', '-C', '16384'], null],
    ['descriptors all over the place', ['-O', 'meta_bg,^resize_inode'], null],
  ])('%s: all of the filesystem counts as used', async (_name, extArguments, command) => {
    const path = join(scratch.path, 'volume');
    run('mke2fs', ['-q', '-F', '-t', 'ext4', ...extArguments, path, '16M']);
    if (command !== null) run('debugfs', ['-w', '-R', command, path]);
    expect(await withImage(path, extAllocation)).toBeNull();
  });
});
