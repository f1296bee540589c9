import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageFormat } from '../../builder/image/image-format.ts';
import type { FormatBase } from '../../builder/artifact/host/artifact-writer.ts';
import {
  openFormatWriter,
  type FormatWriter,
  type WrittenFormats,
} from '../../builder/artifact/host/format-writer.ts';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { openWorkCopy } from '../../builder/image/host/work-copy.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import type { Patch } from '../../builder/image/patch.ts';
import { nodeEntries, rootFile } from './support/entries.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

const missing = missingPrograms([
  ...['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'zstd', 'xz'],
  ...['gzip', 'pigz', '7zz', 'bsdcat', 'bmaptool', 'qemu-img'],
]);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const formats: readonly ImageFormat[] = [
  'img',
  'img.zst',
  'img.xz',
  'img.gz',
  'qcow2',
  'vmdk',
  'vdi',
  'vhdx',
  'img.bmap',
  'dlpatch',
];

describe.skipIf(missing.length > 0)('formats', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const cacheDirectory = join(scratch.path, 'cache');
  const workDirectory = join(scratch.path, 'work');
  const out = join(scratch.path, 'out');
  let base: FormatBase;
  let shared: Patch;
  let nodes: readonly Patch[];
  let expected: readonly Buffer[];
  let writer: FormatWriter;
  let written: readonly WrittenFormats[];

  const path = (name: string) => join(out, name);
  const write = async (
    into: FormatWriter,
    index: number,
    directory: string,
    wanted = formats,
  ): Promise<WrittenFormats> => {
    const job = { base, shared, own: nodes[index]!, name: `node-${index}`, formats: wanted };
    const result = await into.write(job);
    for (const { format, temporaryPath } of result.artifacts) {
      renameSync(temporaryPath, join(directory, `node-${index}.${format}`));
    }
    return result;
  };

  beforeAll(async () => {
    mkdirSync(out);
    buildTestImage(testImages['MBR, FAT32, ext4 of today']!, basePath, scratch.path);
    const content = readFileSync(basePath);
    const { layout } = await readBaseImage(basePath);
    base = {
      path: basePath,
      sizeBytes: content.length,
      sha256: sha256(content),
      key: 'k',
      name: 'small',
      layout,
    };

    const copy = await openWorkCopy({ base: await readBaseImage(basePath), directory: workDirectory });
    shared = await copy.makePatch(nodeEntries('the-cluster'));
    await copy.layOver(shared);
    nodes = [
      await copy.makePatch([rootFile('/etc/hostname', 'node-0\n'), rootFile('/etc/big', noise(3_000_000))]),
      await copy.makePatch([rootFile('/etc/hostname', 'node-1\n')]),
    ];
    await copy.close();
    expected = await Promise.all(nodes.map((own) => patched(content, [shared, own])));
    writer = await openFormatWriter({ cacheDirectory, workDirectory, progress: silentProgress });
    written = [await write(writer, 0, out), await write(writer, 1, out)];
  });
  afterAll(async () => {
    await writer.close();
    scratch.cleanUp();
  });

  it('says the digest of the image and of every file', () => {
    for (const [index, { artifacts, imageSha256 }] of written.entries()) {
      expect(imageSha256).toBe(sha256(expected[index]!));
      for (const artifact of artifacts) {
        const file = path(`node-${index}.${artifact.format}`);
        const bytes = readFileSync(file);
        expect(artifact).toMatchObject({ sha256: sha256(bytes), sizeBytes: bytes.length });
        expect(statSync(file).mode & 0o777).toBe(0o600);
      }
    }
  });

  it.each([
    ['img', 'cat', []],
    ['img.zst', 'zstd', ['-dcq']],
    ['img.zst', '7zz', ['e', '-so', '-tzstd']],
    ['img.zst', 'bsdcat', []],
    ['img.xz', 'xz', ['-dc']],
    ['img.xz', 'xz', ['-dc', '-T2']],
    ['img.xz', '7zz', ['e', '-so', '-txz']],
    ['img.xz', 'bsdcat', []],
    ['img.gz', 'gzip', ['-dc']],
    ['img.gz', 'pigz', ['-dc']],
    ['img.gz', '7zz', ['e', '-so', '-tgzip']],
    ['img.gz', 'bsdcat', []],
  ] as const)('%s is read by %s %j', (format, program, args) => {
    for (const [index, image] of expected.entries()) {
      const decoded = run(program, [...args, path(`node-${index}.${format}`)]);
      expect(sha256(decoded)).toBe(sha256(image));
    }
  });

  it('xz and gzip are one stream and one member', () => {
    expect(run('xz', ['--robot', '--list', path('node-0.img.xz')]).toString()).toMatch(/^file\t1\t/m);
    run('xz', ['--test', path('node-0.img.xz')]);
    const list = run('gzip', ['-l', path('node-0.img.gz')]).toString();
    expect(list).toContain(String(base.sizeBytes));
  });

  it('qcow2 is sound and holds the image', () => {
    for (const [index, image] of expected.entries()) {
      const file = path(`node-${index}.qcow2`);
      run('qemu-img', ['check', '-q', file]);
      const raw = join(scratch.path, 'from-qcow2');
      run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', file, raw]);
      expect(sha256(readFileSync(raw))).toBe(sha256(image));
      const info = JSON.parse(run('qemu-img', ['info', '--output=json', file]).toString()) as object;
      expect(info).toMatchObject({ 'virtual-size': base.sizeBytes, 'dirty-flag': false });
    }
  });

  it.each(['vmdk', 'vdi', 'vhdx'] as const)('qemu-img checks %s, and it holds the image', (format) => {
    for (const [index, image] of expected.entries()) {
      const file = path(`node-${index}.${format}`);
      run('qemu-img', ['check', '-q', '-f', format, file]);
      const raw = join(scratch.path, `from-${format}`);
      run('qemu-img', ['convert', '-f', format, '-O', 'raw', file, raw]);
      expect(sha256(readFileSync(raw).subarray(0, image.length))).toBe(sha256(image));
    }
  });

  it.each(['vmdk', 'vdi', 'vhdx'] as const)('%s has an id of its own in every image', (format) => {
    const [one, other] = [0, 1].map((index) =>
      readFileSync(path(`node-${index}.${format}`)).subarray(0, 2 ** 21),
    );
    const ids = (bytes: Buffer | undefined) => bytes?.subarray(...idRange[format]).toString('latin1');
    expect(ids(one)).not.toBe(ids(other));
  });

  it('a qcow2 with a backing file is thin, and holds the image', async () => {
    const thin = await openFormatWriter({
      cacheDirectory,
      workDirectory,
      progress: silentProgress,
      backing: true,
    });
    const directory = join(scratch.path, 'thin');
    mkdirSync(directory);
    await write(thin, 1, directory, ['qcow2']);
    await thin.close();
    const file = join(directory, 'node-1.qcow2');
    expect(statSync(file).size).toBeLessThan(statSync(path('node-1.qcow2')).size / 2);
    run('qemu-img', ['check', '-q', file]);
    const raw = join(scratch.path, 'from-thin');
    run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', file, raw]);
    expect(sha256(readFileSync(raw))).toBe(sha256(expected[1]!));
  });

  it.each(['img', 'img.zst', 'img.xz', 'img.gz'])('bmaptool writes %s by its block map', (format) => {
    const target = join(scratch.path, 'card');
    rmSync(target, { force: true });
    run('bmaptool', ['-q', 'copy', '--bmap', path('node-0.img.bmap'), path(`node-0.${format}`), target]);
    expect(readFileSync(target).equals(expected[0]!)).toBe(true);
  });

  it('bmaptool finds a damaged image by the checksums of its map', () => {
    const damaged = join(scratch.path, 'damaged.img');
    const bytes = Buffer.from(expected[0]!);
    bytes.writeUInt8(bytes.readUInt8(512 * 1024 + 7) ^ 1, 512 * 1024 + 7);
    writeFileSync(damaged, bytes);
    const copy = () =>
      run('bmaptool', ['-q', 'copy', '--bmap', path('node-0.img.bmap'), damaged, `${damaged}.copy`]);
    expect(copy).toThrow(/checksum/);
  });

  it('compresses the base once: a second build takes its frames from the cache', async () => {
    const frames = join(cacheDirectory, 'frames', base.sha256);
    const list = () =>
      ['img.zst-9', 'img.xz-6', 'img.gz-6'].flatMap((name) => readdirSync(join(frames, name)));
    const before = list();
    const again = join(scratch.path, 'again');
    mkdirSync(again);
    const second = await openFormatWriter({ cacheDirectory, workDirectory, progress: silentProgress });
    const result = await write(second, 1, again);
    await second.close();
    expect(list()).toEqual(before);
    expect(result.artifacts.map((artifact) => artifact.sha256)).toEqual(
      written[1]!.artifacts.map((artifact) => artifact.sha256),
    );
  });

  it('gives the same bytes without the cache', async () => {
    const fresh = join(scratch.path, 'fresh');
    mkdirSync(fresh);
    const options = {
      cacheDirectory: join(scratch.path, 'other-cache'),
      workDirectory,
      progress: silentProgress,
    };
    const other = await openFormatWriter(options);
    const result = await write(other, 1, fresh);
    await other.close();
    expect(result.artifacts.map((artifact) => artifact.sha256)).toEqual(
      written[1]!.artifacts.map((artifact) => artifact.sha256),
    );
  });

  it('makes a damaged frame of the cache again', async () => {
    const directory = join(cacheDirectory, 'frames', base.sha256, 'img.zst-9');
    const victim = join(directory, readdirSync(directory)[0]!);
    const bytes = readFileSync(victim);
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    writeFileSync(victim, bytes);
    const repaired = join(scratch.path, 'repaired');
    mkdirSync(repaired);
    const second = await openFormatWriter({ cacheDirectory, workDirectory, progress: silentProgress });
    await write(second, 0, repaired, ['img.zst']);
    await second.close();
    const file = join(repaired, 'node-0.img.zst');
    expect(sha256(run('zstd', ['-dcq', file]))).toBe(sha256(expected[0]!));
    expect(existsSync(victim)).toBe(true);
  });
});

/** Where a disk has its id, from byte to byte: its whole descriptor, header or page. */
const idRange = { vmdk: [512, 1024], vdi: [0x188, 0x1a8], vhdx: [64 * 1024 + 16, 64 * 1024 + 48] } as const;

async function patched(base: Buffer, patches: readonly Patch[]): Promise<Buffer> {
  const image = Buffer.from(base);
  for (const patch of patches) {
    for (const range of patch.ranges) (await patch.read(range)).copy(image, range.offsetBytes);
  }
  return image;
}

/** Bytes that do not compress, the same each time. */
function noise(lengthBytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(lengthBytes / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, lengthBytes);
}
