import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { freeRootSpace, growRoot, hasRoom } from '../../builder/image/host/grow-root.ts';
import { openImage } from '../../builder/image/host/open-image.ts';
import { hashFile } from '../../builder/system/host/hash-file.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, testImages, usualImage } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const needed = { bytes: 80 * mebibyte, inodes: 0 };
/** One of each kind of table, of features and of block sizes. */
const chosen = Object.entries(testImages).filter(([name]) =>
  [
    'MBR, FAT32, ext4 of today',
    'GPT, FAT32, blocks of 1 KiB',
    'MBR, FAT16, logical partition',
    'GPT, sectors of 4096 bytes, FAT16',
    'MBR, FAT32, ext2',
  ].includes(name),
);
const programs = ['sfdisk', 'sgdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'debugfs', 'e2fsck', 'resize2fs'];

describe.skipIf(missingPrograms(programs).length > 0)('growRoot', () => {
  const scratch = makeScratch();
  beforeAll(() => {
    for (const [index, [, image]] of chosen.entries())
      buildTestImage(image, join(scratch.path, `${index}.img`), scratch.path);
  });
  afterAll(() => scratch.cleanUp());

  const copyOf = (index: number, name: string): string => {
    const path = join(scratch.path, `${name}-${index}.img`);
    copyFileSync(join(scratch.path, `${index}.img`), path);
    return path;
  };
  const listing = (path: string, offset: number) =>
    run('debugfs', ['-R', 'ls -l /usr/lib/many', `${path}?offset=${offset}`]).toString();

  it.each(chosen.map(([name, image], index) => [name, image, index] as const))(
    'makes room in %s',
    async (_, image, index) => {
      const path = copyOf(index, 'grown');
      const offset = rootOffset(image);
      const before = await readBaseImage(path);
      const files = listing(path, offset);
      const grown = await growRoot(path, needed);
      expect(hasRoom(await freeRootSpace(grown), needed)).toBe(true);
      expect(grown.layout.neededBytes).toBeLessThanOrEqual(statSync(path).size);
      const still = { sizeBytes: 0, filesystem: '' };
      expect({ ...grown.root, ...still }).toEqual({ ...before.root, ...still });
      // Nothing is wasted: the filesystem fills its partition but for a block or two.
      expect(grown.root.sizeBytes - (grown.root.filesystem.sizeBytes ?? 0)).toBeLessThan(64 * 1024);
      expect(grown.boot).toEqual(before.boot);
      run('e2fsck', ['-fn', `${path}?offset=${offset}`]);
      expect(listing(path, offset)).toBe(files);
      // sfdisk knows only short sectors in a file.
      if (image.sectorSize === 512)
        expect(run('sfdisk', ['--verify', path]).toString()).toContain('No errors');
      if (image.sectorSize === 512 && image.table === 'gpt')
        expect(run('sgdisk', ['-v', path]).toString()).toContain('No problems found');
    },
  );

  it('gives a GPT of long sectors a backup that says the same', async () => {
    const index = chosen.findIndex(([, { sectorSize }]) => sectorSize === 4096);
    const path = copyOf(index, 'long');
    const { layout } = await growRoot(path, needed);
    const end = statSync(path).size;
    const entryBytes = 128 * 128;
    const image = await openImage(path);
    const [primary, backup] = [await image.read(4096, 92), await image.read(end - 4096, 92)];
    expect(await image.read(end - 4096 - entryBytes, entryBytes)).toEqual(await image.read(8192, entryBytes));
    await image.close();
    // Each header says where the other one is; all else but its own place and checksum is the same.
    expect([primary.readBigUInt64LE(24), primary.readBigUInt64LE(32)]).toEqual([
      backup.readBigUInt64LE(32),
      backup.readBigUInt64LE(24),
    ]);
    expect(backup.subarray(40, 72)).toEqual(primary.subarray(40, 72));
    expect(backup.subarray(80)).toEqual(primary.subarray(80));
    for (const header of [primary, backup]) {
      const checksum = header.readUInt32LE(16);
      header.writeUInt32LE(0, 16);
      expect(crc32(header)).toBe(checksum);
    }
    expect(layout.neededBytes).toBe(end);
  });

  it.each(chosen.map(([name, image], index) => [name, image, index] as const))(
    'makes room for many small files in %s',
    async (_, image, index) => {
      const path = copyOf(index, 'inodes');
      const { inodes } = await freeRootSpace(await readBaseImage(path));
      const many = { bytes: mebibyte, inodes: inodes + 1 };
      expect(hasRoom(await freeRootSpace(await growRoot(path, many)), many)).toBe(true);
      run('e2fsck', ['-fn', `${path}?offset=${rootOffset(image)}`]);
    },
  );

  it('does nothing when there is room, and the same thing twice', async () => {
    const path = copyOf(0, 'room');
    const digest = await hashFile(path);
    await growRoot(path, { bytes: mebibyte, inodes: 100 });
    expect(await hashFile(path)).toBe(digest);
    const other = copyOf(0, 'again');
    await growRoot(path, needed);
    await growRoot(other, needed);
    expect(await hashFile(other)).toBe(await hashFile(path));
  });

  it('keeps a hybrid MBR right: the record of the root grows, the protective one does not', async () => {
    const path = copyOf(
      chosen.findIndex(([name]) => name === 'GPT, FAT32, blocks of 1 KiB'),
      'hybrid',
    );
    run('sgdisk', ['-h', '1:2:EE', path]);
    const grown = await growRoot(path, needed);
    expect(run('sgdisk', ['-v', path]).toString()).toContain('No problems found');
    const sector = Buffer.alloc(512);
    const image = await openImage(path);
    (await image.read(0, 512)).copy(sector);
    await image.close();
    const records = [446, 462, 478]
      .map((at) => ({
        type: sector[at + 4],
        start: sector.readUInt32LE(at + 8),
        end: sector.readUInt32LE(at + 8) + sector.readUInt32LE(at + 12),
      }))
      .toSorted((one, other) => one.start - other.start);
    const [boot, root] = grown.layout.partitions;
    const sectors = (bytes = 0): number => bytes / 512;
    expect(records).toEqual([
      { type: 0xee, start: 1, end: sectors(boot?.offsetBytes) },
      expect.objectContaining({
        start: sectors(boot?.offsetBytes),
        end: sectors((boot?.offsetBytes ?? 0) + (boot?.sizeBytes ?? 0)),
      }),
      expect.objectContaining({
        start: sectors(root?.offsetBytes),
        end: sectors((root?.offsetBytes ?? 0) + (root?.sizeBytes ?? 0)),
      }),
    ]);
  });

  it('refuses when a partition lies behind the root', async () => {
    const path = join(scratch.path, 'behind.img');
    buildTestImage(usualImage, path, scratch.path);
    truncateSync(path, statSync(path).size + 8 * mebibyte);
    run('sfdisk', ['-q', '-a', path], `start=${110 * 2048},size=4096,type=82\n`);
    await expect(growRoot(path, needed)).rejects.toMatchObject({
      id: 'image-cannot-grow',
      message: expect.stringContaining('behind its root, partition 3 is unknown'),
    });
  });

  it('refuses one with bigalloc', async () => {
    const path = join(scratch.path, 'clusters.img');
    buildTestImage({ ...usualImage, extArguments: ['-O', 'bigalloc'] }, path, scratch.path);
    await expect(growRoot(path, needed)).rejects.toMatchObject({
      id: 'image-cannot-grow',
      message: expect.stringContaining('bigalloc'),
      hint: 'take one with more room',
    });
  });
});
