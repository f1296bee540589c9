import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapFile, mapLayers } from '../../builder/artifact/host/mapped-image.ts';
import { readBaseImage, type BaseImage } from '../../builder/image/host/base.ts';
import { checkFilesystems } from '../../builder/image/host/check-filesystems.ts';
import { compareEntries } from '../../builder/image/host/read-entries.ts';
import { openWorkCopy, type WorkCopy } from '../../builder/image/host/work-copy.ts';
import type { Patch } from '../../builder/image/patch.ts';
import { bootFile, nodeEntries, rootFile } from './support/entries.ts';
import { missingPrograms } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'fsck.vfat']);

describe.skipIf(missing.length > 0)('two layers', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const work = join(scratch.path, 'work');
  const shared = nodeEntries('cluster');
  const own = [
    rootFile('/etc/hostname', 'node-7\n'),
    rootFile('/etc/dlimage/files/new', 'beside what the cluster brought\n'),
    bootFile('/meta-data', 'instance-id: node-7\n'),
  ];
  let base: BaseImage;
  let copy: WorkCopy;
  let layer: Patch;

  const materialise = async (patches: readonly Patch[]): Promise<string> => {
    const image = readFileSync(basePath);
    for (const patch of patches) {
      for (const range of patch.ranges) (await patch.read(range)).copy(image, range.offsetBytes);
    }
    const path = join(scratch.path, 'node.img');
    writeFileSync(path, image);
    return path;
  };

  beforeAll(async () => {
    buildTestImage(testImages['MBR, FAT32, ext4 of today']!, basePath, scratch.path);
    base = await readBaseImage(basePath);
    copy = await openWorkCopy({ base, directory: work });
    layer = await copy.makePatch(shared);
    await copy.layOver(layer);
  });
  afterAll(async () => {
    await copy.close();
    scratch.cleanUp();
  });

  it('are read by their bytes in use as the file that they make is', async () => {
    const node = await copy.makePatch(own);
    const whole = await materialise([layer, node]);
    const content = readFileSync(whole);
    const sha256 = createHash('sha256').update(readFileSync(basePath)).digest('hex');
    const { sizeBytes } = base.layout;
    const digested = { path: basePath, sizeBytes, sha256, layout: base.layout, key: 'k', name: 'small' };
    const layers = await mapLayers(digested, { shared: layer, own: node }, { cacheDirectory: work });
    const file = await mapFile(whole);
    expect(layers.ranges).toEqual(file.ranges);
    for (const image of [layers, file]) {
      for (const range of [...image.ranges, { offsetBytes: 1000, lengthBytes: 3_000_001 }]) {
        const pieces: Uint8Array[] = [];
        for await (const piece of image.read(range)) pieces.push(piece);
        const read = Buffer.concat(pieces);
        const { offsetBytes, lengthBytes } = range;
        expect(read.equals(content.subarray(offsetBytes, offsetBytes + lengthBytes))).toBe(true);
      }
    }
  });

  it('hold together every entry of both, on clean filesystems', async () => {
    const image = await materialise([layer, await copy.makePatch(own)]);
    const replaced = new Set(own.map(({ partition, path }) => `${partition}:${path}`));
    const kept = shared.filter(({ partition, path }) => !replaced.has(`${partition}:${path}`));
    expect(await compareEntries(image, base, [...kept, ...own], work)).toEqual([]);
    for (const check of await checkFilesystems(image, base.layout, work)) {
      expect(check, check.report).toMatchObject({ isClean: true });
    }
  });

  it('leave little to the second, and the same each time, also after a failure', async () => {
    const first = await copy.makePatch(own);
    expect(first.sizeBytes).toBeLessThan(layer.sizeBytes / 4);
    await expect(copy.makePatch([rootFile('/etc/hostname/below', 'a file')])).rejects.toMatchObject({
      id: 'image-path-conflict',
    });
    const second = await copy.makePatch(own);
    expect(second.ranges).toEqual(first.ranges);
    for (const [index, range] of first.ranges.entries()) {
      expect((await second.read(second.ranges[index]!)).equals(await first.read(range))).toBe(true);
    }
  });

  it('are two, not more', async () => {
    await expect(copy.layOver(layer)).rejects.toThrow('one layer');
  });
});
