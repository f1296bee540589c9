import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unpackContainer, type UnpackOptions } from '../../builder/image/packing/host/unpack-container.ts';
import { unpackImage } from '../../builder/artifact/host/unpack-image.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { HostError } from '../../builder/report/errors.ts';
import { missingPrograms, run } from './support/programs.ts';
import { chooseSeed, randomNumbers } from './support/random.ts';
import { makeScratch } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const seed = chooseSeed();
const kinds = ['xz', 'zst', 'gz', 'bz2', 'zip', '7z', 'tar', 'tar.xz'] as const;

/** Makes an archive that 7zz itself would not: names and modes are as they are given. */
const zipWriter = `
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1], 'w')
for name, mode, content in zip(*[iter(sys.argv[2:])] * 3):
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = int(mode, 8) << 16
    archive.writestr(member, content)
archive.close()
`;

const programs = ['xz', 'zstd', 'gzip', 'bzip2', '7zz', 'tar', 'python3'];

/** Sets the dictionary of an LZMA2 archive whose header is not packed, and makes its sums right again. */
const dictionaryWriter = `
import struct, sys, zlib
archive = bytearray(open(sys.argv[1], 'rb').read())
start, length, _ = struct.unpack('<QQI', archive[12:32])
start += 32
archive[archive.index(b'!!' + bytes([1]), start) + 3] = int(sys.argv[3])
archive[28:32] = struct.pack('<I', zlib.crc32(archive[start:start + length]))
archive[8:12] = struct.pack('<I', zlib.crc32(archive[12:32]))
open(sys.argv[2], 'wb').write(archive)
`;

describe.skipIf(missingPrograms(programs).length > 0)('a packed image of a stranger', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);
  const target = at('unpacked/disk.img');
  const unpack = async (name: string, options?: UnpackOptions): Promise<unknown> =>
    await unpackContainer(at(name), target, options).then(
      () => readFileSync(target, 'latin1'),
      (error: unknown) => error,
    );
  const makeZip = (name: string, ...members: readonly string[]) =>
    execFileSync('python3', ['-c', zipWriter, at(name), ...members]);

  beforeAll(() => {
    mkdirSync(at('unpacked'));
    writeFileSync(at('disk.img'), 'the start');
    truncateSync(at('disk.img'), 12 * mebibyte);
    const shell = (line: string) => run('sh', ['-c', `cd '${scratch.path}' && ${line}`]);
    shell('xz -0 -k disk.img && zstd -q disk.img && gzip -k disk.img && bzip2 -k disk.img');
    shell('7zz a -tzip disk.img.zip disk.img && 7zz a disk.img.7z disk.img');
    shell('tar -cf disk.img.tar disk.img && tar -cJf disk.img.tar.xz disk.img');
  });
  afterEach(() => {
    run('rm', ['-f', target]);
  });
  afterAll(() => scratch.cleanUp());

  it.each(kinds)('is given up when it has more than the limit: %s', async (kind) => {
    const error = await unpack(`disk.img.${kind}`, { limitBytes: 4 * mebibyte });
    expect(error).toMatchObject({ id: 'image-too-large' });
    expect(String(error)).toContain('holds more than 4.0 MiB');
    expect(readdirSync(at('unpacked'))).toEqual([]);
    const whole = await unpack(`disk.img.${kind}`, { limitBytes: 13 * mebibyte });
    expect((whole as string).slice(0, 9)).toBe('the start');
  });

  it('is given up when it is packed in too many layers', async () => {
    copyFileSync(at('disk.img.zip'), at('layer-1.img'));
    for (const layer of [1, 2, 3, 4]) {
      run('7zz', ['a', '-tzip', at(`layer-${layer}.zip`), at(`layer-${layer}.img`)]);
      copyFileSync(at(`layer-${layer}.zip`), at(`layer-${layer + 1}.img`));
    }
    expect(await unpack('layer-1.zip')).toMatch(/^the start/);
    run('rm', ['-f', target]);
    expect(await unpack('layer-4.zip')).toMatchObject({ id: 'image-container-deep' });
    expect(readdirSync(at('unpacked'))).toEqual([]);
  });

  it.each([
    ['a name that leads out', '../../escaped.img'],
    ['an absolute name', at('escaped.img')],
    ['a name like an option', '-oescaped.img'],
    ['a name like a list of names', '@escaped.img'],
    ['a name with wildcards', '*.img'],
  ])('is written to its own place only: zip with %s', async (_kind, name) => {
    makeZip('names.zip', name, '100644', 'the image');
    expect(await unpack('names.zip')).toBe('the image');
    expect(readdirSync(at('unpacked'))).toEqual(['disk.img']);
    expect(existsSync(at('escaped.img'))).toBe(false);
  });

  it('is damaged when its image cannot be named', async () => {
    makeZip('names.zip', String.raw`..\\escaped.img`, '100644', 'the image');
    expect(await unpack('names.zip')).toSatisfy(
      (result: unknown) => result === 'the image' || (result as HostError).id === 'image-damaged',
    );
    expect(existsSync(at('escaped.img'))).toBe(false);
  });

  it('is no link: zip and 7z', async () => {
    writeFileSync(at('secret'), 'of the host');
    makeZip('link.zip', 'link.img', '120777', at('secret'));
    symlinkSync(at('secret'), at('link.img'));
    run('7zz', ['a', '-snl', at('link.7z'), at('link.img')]);
    for (const name of ['link.zip', 'link.7z']) {
      expect(await unpack(name)).toMatchObject({ id: 'image-container-empty' });
    }
  });

  it('is unpacked from a 7z with whole paths into its own place only', async () => {
    writeFileSync(at('escaped.img'), 'the image');
    run('7zz', ['a', '-spf', at('whole.7z'), at('escaped.img')]);
    run('rm', [at('escaped.img')]);
    expect(run('7zz', ['l', '-slt', at('whole.7z')]).toString()).toContain(`Path = ${at('escaped.img')}`);
    expect(await unpack('whole.7z')).toBe('the image');
    expect(existsSync(at('escaped.img'))).toBe(false);
  });

  // Properties of LZMA2 dictionaries: 37 is 1.5 GiB, 36 is 1 GiB, 40 is 4 GiB.
  it('gets 1 GiB of memory: 7z', async () => {
    writeFileSync(at('small.img'), 'the image');
    const ours = ['-mhc=off', '-m0=lzma2'];
    run('7zz', ['a', ...ours, at('small.7z'), at('small.img')]);
    for (const [property, expected] of [
      ['36', 'the image'],
      ['37', { id: 'image-needs-memory' }],
      ['40', { id: 'image-needs-memory' }],
    ] as const) {
      execFileSync('python3', ['-c', dictionaryWriter, at('small.7z'), at('large.7z'), property]);
      const result = await unpack('large.7z');
      if (typeof expected === 'string') expect(result).toBe(expected);
      else expect(result).toMatchObject(expected);
    }
  });

  it('gets 1 GiB of memory: zst', async () => {
    const input = Buffer.from('the image');
    for (const [name, windowLog] of [
      ['long.zst', '30'],
      ['longer.zst', '31'],
    ] as const)
      writeFileSync(at(name), run('zstd', ['-qc', `--long=${windowLog}`], input));
    expect(await unpack('long.zst')).toBe('the image');
    expect(await unpack('longer.zst')).toMatchObject({ id: 'image-needs-memory' });
  });

  it('is unpacked where a killed unpacking has left its steps', async () => {
    for (const depth of [0, 1, 2, 3]) writeFileSync(`${target}.step-${depth}`, 'left');
    expect(await unpack('disk.img.tar.xz')).toMatch(/^the start/);
    expect(readdirSync(at('unpacked'))).toEqual(['disk.img']);
  });

  it('is told when it changes meanwhile', async () => {
    copyFileSync(at('disk.img.gz'), at('growing.gz'));
    let grown = false;
    const onBytes = () => {
      if (!grown) appendFileSync(at('growing.gz'), 'more');
      grown = true;
    };
    expect(await unpack('growing.gz', { onBytes })).toMatchObject({ id: 'image-changed' });
    expect(readdirSync(at('unpacked'))).toEqual([]);
  });

  it.each(kinds)(`is whole, or refused by name, whatever its bytes: %s (seed ${seed})`, async (kind) => {
    const packed = readFileSync(at(`disk.img.${kind}`));
    const next = randomNumbers(seed);
    for (let round = 0; round < 8; round += 1) {
      const bytes = Buffer.from(packed.subarray(0, round % 4 === 3 ? next(packed.length) : packed.length));
      for (let change = 0; change < 1 + (round % 3); change += 1)
        if (bytes.length > 6) bytes[6 + next(Math.min(bytes.length - 6, 4096))] = next(256);
      writeFileSync(at('mutated'), bytes);
      const context = { cacheDirectory: at('cache'), progress: silentProgress, directory: at('unpacked') };
      const failure = await unpackImage(at('mutated'), 'mutated', context).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure === null || failure instanceof HostError, String(failure)).toBe(true);
      run('rm', ['-f', at('unpacked/mutated.img')]);
      expect(readdirSync(at('unpacked'))).toEqual([]);
    }
  });
});
