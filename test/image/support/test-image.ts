import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './programs.ts';

/** How a small image is made from scratch. */
export interface TestImage {
  readonly table: 'dos' | 'gpt';
  readonly sectorSize: 512 | 4096;
  readonly fatBits: 12 | 16 | 32;
  readonly extType: 'ext2' | 'ext3' | 'ext4';
  /** Arguments for mke2fs beyond the type. */
  readonly extArguments: readonly string[];
  /** True puts the root filesystem into the second logical partition. */
  readonly logical: boolean;
}

const newFeatures = ['-O', 'metadata_csum,64bit,orphan_file,metadata_csum_seed'];
const oldFeatures = ['-O', '^metadata_csum,^64bit,^orphan_file,^metadata_csum_seed'];
/** What most tests use: an MBR, FAT32, and ext4 with the features of today. */
export const usualImage: TestImage = {
  table: 'dos',
  sectorSize: 512,
  fatBits: 32,
  extType: 'ext4',
  extArguments: newFeatures,
  logical: false,
};

/** The kinds of image that every test of the engine runs on. */
export const testImages: Readonly<Record<string, TestImage>> = {
  'MBR, FAT32, ext4 of today': usualImage,
  'MBR, FAT32, ext4 of yesterday': { ...usualImage, extArguments: oldFeatures },
  'GPT, FAT32, blocks of 1 KiB': {
    ...usualImage,
    table: 'gpt',
    extArguments: [...newFeatures, '-b', '1024'],
  },
  'MBR, FAT16, logical partition': { ...usualImage, fatBits: 16, logical: true },
  'GPT, sectors of 4096 bytes, FAT16': { ...usualImage, table: 'gpt', sectorSize: 4096, fatBits: 16 },
  'MBR, sectors of 4096 bytes, FAT12': { ...usualImage, sectorSize: 4096, fatBits: 12 },
  'MBR, FAT16, ext3 with inodes of 128 bytes': {
    ...usualImage,
    fatBits: 16,
    extType: 'ext3',
    extArguments: ['-I', '128'],
  },
  'MBR, FAT32, ext2': { ...usualImage, extType: 'ext2', extArguments: [] },
  'MBR, FAT32, inline data': { ...usualImage, extArguments: [...newFeatures, '-O', 'inline_data'] },
};

const mebibyte = 1024 * 1024;
const bootOffset = mebibyte;
const bootBytes = 40 * mebibyte;
const rootBytes = 64 * mebibyte;
const hashSeed = '11111111-2222-3333-4444-555555555555';

/** Where the root filesystem begins. */
export function rootOffset(image: TestImage): number {
  return image.logical ? 50 * mebibyte : 42 * mebibyte;
}

/** Makes a temporary directory that is removed by `cleanUp`. */
export function makeScratch(): { path: string; cleanUp: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'dlimage-test-'));
  return { path, cleanUp: () => rmSync(path, { recursive: true, force: true }) };
}

/** Builds an image with a boot and a root partition as a small Linux would have them. */
export function buildTestImage(image: TestImage, path: string, scratch: string): void {
  const size = rootOffset(image) + rootBytes + 2 * mebibyte;
  writeFileSync(path, '');
  truncateSync(path, size);
  writeTable(image, path, size);
  makeFat(image, path);
  makeExt(image, path, scratch);
}

/** sfdisk knows only sectors of 512 bytes in a file: for longer ones it divides a small file, which is stretched. */
function writeTable(image: TestImage, path: string, size: number): void {
  if (image.sectorSize === 512) {
    run('sfdisk', ['-q', path], partitionScript(image));
    return;
  }
  const small = `${path}.table`;
  writeFileSync(small, '');
  truncateSync(small, (size / image.sectorSize) * 512);
  run('sfdisk', ['-q', small], partitionScript(image));
  const table = readFileSync(small);
  rmSync(small);
  const file = openSync(path, 'r+');
  writeSync(file, table, 0, 512, 0);
  if (image.table === 'gpt') {
    writeSync(file, table, 512, 512, image.sectorSize);
    writeSync(file, table, 1024, 128 * 128, 2 * image.sectorSize);
  }
  closeSync(file);
}

function partitionScript(image: TestImage): string {
  const at = (bytes: number) => bytes / image.sectorSize;
  const boot = `start=${at(bootOffset)},size=${at(bootBytes)}`;
  const root = `start=${at(rootOffset(image))},size=${at(rootBytes)}`;
  if (image.table === 'gpt') {
    const identity = 'uuid=C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
    return `label: gpt\nlabel-id: 0FC63DAF-8483-4772-8E79-3D69D8477DE4\nfirst-lba: 34\n${boot},type=U,${identity},name="boot ä"\n${root},type=L\n`;
  }
  const head = `label: dos\nlabel-id: 0x0a1b2c3d\n${boot},type=c\n`;
  if (!image.logical) return `${head}${root},type=83\n`;
  const extended = `start=${at(42 * mebibyte)},size=${at(72 * mebibyte)},type=5\n`;
  const first = `5: start=${at(43 * mebibyte)},size=${at(4 * mebibyte)},type=82\n`;
  return `${head}2: ${extended}${first}6: ${root},type=83\n`;
}

function makeFat(image: TestImage, path: string): void {
  const offset = String(bootOffset / image.sectorSize);
  // So many sectors per cluster that the number of clusters is right for the kind of FAT.
  const perCluster = image.fatBits === 12 ? 8 : image.sectorSize === 512 && image.fatBits === 16 ? 4 : 1;
  const shape = `-S ${image.sectorSize} -F ${image.fatBits} -s ${perCluster} --offset ${offset}`.split(' ');
  const identity = ['-n', 'BOOTFS', '-i', '1234ABCD', '--invariant'];
  run('mkfs.vfat', [...shape, ...identity, path, String(bootBytes / 1024)]);
  const fat = ['-i', `${path}@@${bootOffset}`];
  run('mmd', [...fat, '::/overlays']);
  for (const [name, size] of [
    ['config.txt', 400],
    ['cmdline.txt', 120],
    ['kernel8.img', 300_000],
  ] as const) {
    run('mcopy', [...fat, '-', `::/${name}`], `${name}\n`.repeat(Math.ceil(size / (name.length + 1))));
  }
  for (let index = 0; index < 20; index += 1) {
    run('mcopy', [...fat, '-', `::/overlays/some-device-${index}.dtbo`], 'x'.repeat(index * 700));
  }
}

function makeExt(image: TestImage, path: string, scratch: string): void {
  const tree = join(scratch, 'rootfs');
  for (const directory of ['etc/systemd/system', 'usr/bin', 'usr/lib/many', 'usr/sbin', 'var/tmp', 'run']) {
    mkdirSync(join(tree, directory), { recursive: true });
  }
  symlinkSync('usr/lib', join(tree, 'lib'));
  symlinkSync('usr/bin', join(tree, 'bin'));
  // Whoever logs in has it for a shell: a base without is refused.
  writeFileSync(join(tree, 'usr/bin/bash'), '#!\n', { mode: 0o755 });
  symlinkSync('/run', join(tree, 'var/run'));
  symlinkSync('../run/resolv.conf', join(tree, 'etc/resolv.conf'));
  symlinkSync(`/${'long/'.repeat(30)}target`, join(tree, 'etc/long-link'));
  writeFileSync(join(tree, 'etc/hostname'), 'base\n');
  writeFileSync(join(tree, 'etc/hosts'), '127.0.0.1 localhost\n'.repeat(500));
  for (let index = 0; index < 600; index += 1) {
    writeFileSync(join(tree, 'usr/lib/many', `a-file-with-a-rather-long-name-${index}`), `${index}\n`);
  }
  const place = `offset=${rootOffset(image)},hash_seed=${hashSeed},lazy_itable_init=0`;
  // mke2fs would take blocks of 1 KiB for a filesystem as small as this.
  const blocks = image.extArguments.includes('-b') ? [] : ['-b', '4096'];
  const shape = ['-t', image.extType, ...blocks, ...image.extArguments, '-m', '0', '-E', place];
  run('mke2fs', ['-q', '-F', ...shape, '-L', 'rootfs', '-d', tree, path, `${rootBytes / 1024}k`]);
  const device = `${path}?offset=${rootOffset(image)}`;
  // mke2fs makes no hash-indexed directories and no hard links; a kernel does.
  run('debugfs', ['-w', '-R', 'link /etc/hosts /etc/hosts.second', device]);
  run('debugfs', ['-w', '-R', 'sif /etc/hosts links_count 2', device]);
  run('sh', ['-c', 'e2fsck -fyD "$1" || test $? = 1', 'sh', device]);
  rmSync(tree, { recursive: true });
}
