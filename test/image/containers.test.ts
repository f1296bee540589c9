import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerOf } from '../../builder/image/packing/host/container-kind.ts';
import { unpackContainer } from '../../builder/image/packing/host/unpack-container.ts';
import { HostError } from '../../builder/report/errors.ts';
import { missingPrograms, run } from './support/programs.ts';
import { makeScratch } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const programs = ['xz', 'zstd', 'gzip', 'bzip2', '7zz', 'qemu-img', 'tar'];
const scratch = makeScratch();
const at = (name: string): string => join(scratch.path, name);

/** 24 MiB with a little at the start, in the middle and in the last, uneven bytes. */
function makeDisk(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 24 * mebibyte + 512);
  const file = openSync(path, 'r+');
  for (const offset of [0, 10 * mebibyte + 3, 24 * mebibyte + 500])
    writeSync(file, `here ${offset}`.slice(0, 12), offset);
  closeSync(file);
}

/** Each way of packing, by the name of what it makes. */
const packers: Readonly<Record<string, () => void>> = {
  'disk.img.xz': () => run('sh', ['-c', 'xz -0 -c disk.img > disk.img.xz'.replaceAll('disk', at('disk'))]),
  'disk.img.zst': () => run('zstd', ['-q', at('disk.img'), '-o', at('disk.img.zst')]),
  'disk.img.gz': () => run('sh', ['-c', `gzip -c ${at('disk.img')} > ${at('disk.img.gz')}`]),
  'disk.img.bz2': () => run('sh', ['-c', `bzip2 -c ${at('disk.img')} > ${at('disk.img.bz2')}`]),
  'disk.zip': () => run('7zz', ['a', '-tzip', at('disk.zip'), at('readme.txt'), at('disk.img')]),
  'disk.7z': () => run('7zz', ['a', at('disk.7z'), at('readme.txt'), at('disk.img')]),
  'disk.qcow2': () =>
    run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', at('disk.img'), at('disk.qcow2')]),
  'disk.tar': () =>
    run('tar', ['-C', scratch.path, '-cSf', at('disk.tar'), '--format=gnu', 'readme.txt', 'disk.raw']),
  'disk.tar.xz': () =>
    run('tar', ['-C', scratch.path, '-cJf', at('disk.tar.xz'), '--format=posix', 'disk.raw']),
  'packed twice.zip': () => run('7zz', ['a', '-tzip', at('packed twice.zip'), at('disk.img.xz')]),
};

describe.skipIf(missingPrograms(programs).length > 0)('unpackContainer', () => {
  beforeAll(() => {
    makeDisk(at('disk.img'));
    makeDisk(at('disk.raw'));
    writeFileSync(at('readme.txt'), 'This is no disk image.\n');
    for (const pack of Object.values(packers)) pack();
  });
  afterAll(() => scratch.cleanUp());

  it.each(['disk.img', ...Object.keys(packers).filter((name) => name !== 'disk.tar')])(
    'unpacks %s, with its holes',
    async (name) => {
      const target = at(`${name}.unpacked`);
      await unpackContainer(at(name), target);
      const disk = readFileSync(at('disk.img'));
      const unpacked = readFileSync(target);
      // A qcow2 counts in sectors.
      expect(unpacked.subarray(0, disk.length).equals(disk)).toBe(true);
      expect(unpacked.subarray(disk.length).every((byte) => byte === 0)).toBe(true);
      expect(statSync(target).blocks * 512).toBeLessThan(mebibyte);
    },
  );

  it('tells a tar by what is in it', async () => {
    expect(await containerOf(at('disk.tar'))).toBe('tar');
    expect(await containerOf(at('disk.img'))).toBe('raw');
  });

  it.each(['disk.img.xz', 'disk.img.zst', 'disk.img.gz', 'disk.zip', 'disk.7z', 'disk.tar.xz'])(
    'leaves nothing of %s when it is cut off',
    async (name) => {
      const packed = readFileSync(at(name));
      writeFileSync(at(`cut-${name}`), packed.subarray(0, packed.length - 100));
      await expect(unpackContainer(at(`cut-${name}`), at(`cut-${name}.unpacked`))).rejects.toThrow(
        /unpack|read as an archive|unexpected end|tar/i,
      );
      expect(run('ls', [scratch.path]).toString()).not.toMatch(/cut-.*unpacked/);
    },
  );

  it('finds no image where there is none', async () => {
    run('7zz', ['a', '-tzip', at('empty.zip'), at('readme.txt')]);
    run('tar', ['-C', scratch.path, '-cf', at('empty.tar'), 'readme.txt']);
    for (const name of ['empty.zip', 'empty.tar']) {
      const error: unknown = await unpackContainer(at(name), at('nothing')).catch(
        (reason: unknown) => reason,
      );
      expect(error instanceof HostError && error.id).toBe('image-container-empty');
    }
  });

  it('does not follow a name out of the archive', async () => {
    mkdirSync(at('a'));
    writeFileSync(at('a/b.img'), 'small');
    run('sh', ['-c', `cd ${at('a')} && tar -cPf ../escape.tar ../a/b.img`]);
    await unpackContainer(at('escape.tar'), at('inside'));
    expect(readFileSync(at('inside'), 'utf8')).toBe('small');
  });
});
