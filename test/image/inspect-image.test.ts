import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../../builder/image/host/base.ts';
import {
  inspectImage,
  listImagePath,
  readImageFile,
  statImagePath,
} from '../../builder/check/inspect/host/inspect-image.ts';
import { compareEntries } from '../../builder/image/host/read-entries.ts';
import { openWorkCopy } from '../../builder/image/host/work-copy.ts';
import type { Entry } from '../../builder/image/entry.ts';
import { runCli } from '../support/run-cli.ts';
import { bootFile, directory, link, rootFile } from './support/entries.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';
import { writePatched } from './support/write-patched.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);
const mtimeSeconds = 1_717_200_000;

describe.skipIf(missing.length > 0)('looking into an image', () => {
  const scratch = makeScratch();
  // The question mark would begin the options of debugfs, and @@ those of mtools.
  const image = join(scratch.path, 'what@@is this?.img');
  const entries: Entry[] = [
    rootFile('/etc/dlimage/node.env', 'NODE=one\n\n', { mode: 0o640, gid: 42 }),
    rootFile('/etc/dlimage/empty', ''),
    rootFile('/etc/dlimage/binary', new Uint8Array([0, 10, 255, 13, 10, 0, 10])),
    link('/etc/dlimage/current', 'node.env'),
    link('/etc/dlimage/circle', 'circle'),
    directory('/etc/dlimage/sub', 0o2750, { uid: 7, gid: 8 }),
    rootFile('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: a\n'),
    rootFile('/var/lib/cloud/seed/nocloud/user-data', '#cloud-config\n'),
    bootFile('/user-data', '#cloud-config\n'),
    bootFile('/META-DATA', 'x\n'),
    bootFile('/new/Some Long Name.txt', 'long\n'),
  ];

  beforeAll(async () => {
    const basePath = join(scratch.path, 'base.img');
    buildTestImage(usualImage, basePath, scratch.path);
    const copy = await openWorkCopy({
      base: await readBaseImage(basePath),
      directory: join(scratch.path, 'work'),
    });
    await writePatched(basePath, await copy.makePatch(entries), image);
    await copy.close();
  });
  afterAll(() => scratch.cleanUp());

  it('shows partitions, roles and seeds', async () => {
    const report = await inspectImage(image);
    expect(report.layout).toMatchObject({ table: 'mbr', sectorSize: 512, sizeBytes: 113_246_208 });
    expect(report.layout.partitions.map(({ filesystem, ...slot }) => [slot, filesystem.kind])).toEqual([
      [
        {
          number: 1,
          offsetBytes: 1048576,
          sizeBytes: 41943040,
          type: '0c',
          name: '',
          partuuid: '0a1b2c3d-01',
        },
        'fat32',
      ],
      [
        {
          number: 2,
          offsetBytes: 44040192,
          sizeBytes: 67108864,
          type: '83',
          name: '',
          partuuid: '0a1b2c3d-02',
        },
        'ext4',
      ],
    ]);
    expect([report.roles?.boot?.number, report.roles?.root.number, report.rolesProblem]).toEqual([
      1,
      2,
      null,
    ]);
    expect(report.seeds.map(({ partition, ...seed }) => [partition.number, seed])).toEqual([
      [1, { directory: '/', files: ['user-data'], wins: false }],
      [2, { directory: '/var/lib/cloud/seed/nocloud', files: ['user-data', 'meta-data'], wins: true }],
    ]);
  });

  it('agrees with blkid about labels and identities', async () => {
    const { layout } = await inspectImage(image);
    for (const { offsetBytes, filesystem } of layout.partitions) {
      const text = run('blkid', ['-p', '-O', String(offsetBytes), '-o', 'export', image]).toString();
      expect(text).toContain(`\nUUID=${filesystem.uuid}\n`);
      expect(text).toContain(`LABEL=${filesystem.label}\n`);
      expect(text).toContain(`\nTYPE=${filesystem.kind.startsWith('fat') ? 'vfat' : filesystem.kind}\n`);
    }
  });

  it('agrees with the programs of each filesystem about free space', async () => {
    const { layout } = await inspectImage(image);
    const statistics = run('dumpe2fs', [
      '-h',
      `${join(scratch.path, 'base.img')}?offset=${rootOffset(usualImage)}`,
    ]);
    const before = Number(/^Free blocks: +(\d+)/m.exec(statistics.toString())?.[1]) * 4096;
    expect(layout.partitions[1]?.filesystem.freeBytes).toBeLessThan(before);
    expect(layout.partitions[1]?.filesystem.freeBytes).toBeGreaterThan(before - 30 * 4096);
    const listing = run('mdir', ['-i', `${join(scratch.path, 'base.img')}@@1M`, '::/']).toString();
    const free = Number(/([\d ]+) bytes free/.exec(listing)?.[1]?.replaceAll(' ', ''));
    // Four new files and directories of one cluster each: user-data, META-DATA, new, and what is in it.
    expect(layout.partitions[0]?.filesystem.freeBytes).toBe(free - 4 * 512);
  });

  it('lists a directory with modes, owners, sizes, times and targets', async () => {
    const common = { mtimeSeconds, uid: 0, gid: 0, mode: 0o644, target: null };
    expect(await listImagePath(image, '/etc/dlimage')).toEqual([
      { ...common, name: 'binary', kind: 'file', sizeBytes: 7 },
      { ...common, name: 'circle', kind: 'symlink', sizeBytes: 6, mode: 0o777, target: 'circle' },
      { ...common, name: 'current', kind: 'symlink', sizeBytes: 8, mode: 0o777, target: 'node.env' },
      { ...common, name: 'empty', kind: 'file', sizeBytes: 0 },
      { ...common, name: 'node.env', kind: 'file', sizeBytes: 10, mode: 0o640, gid: 42 },
      { ...common, name: 'sub', kind: 'directory', sizeBytes: 4096, mode: 0o2750, uid: 7, gid: 8 },
    ]);
    expect((await listImagePath(image, 'root:/')).map(({ name }) => name)).toEqual([
      'bin',
      'etc',
      'lib',
      'lost+found',
      'run',
      'usr',
      'var',
    ]);
    expect(await listImagePath(image, '/lib/many')).toHaveLength(600);
  });

  it('lists FAT directories and single files', async () => {
    const none = { mode: null, uid: null, gid: null, target: null, mtimeSeconds };
    expect(await listImagePath(image, 'boot:/new')).toEqual([
      { ...none, name: 'Some Long Name.txt', kind: 'file', sizeBytes: 5 },
    ]);
    expect(await listImagePath(image, '1:/user-data')).toEqual([
      { ...none, name: 'user-data', kind: 'file', sizeBytes: 14 },
    ]);
    expect((await listImagePath(image, 'boot:/')).map(({ name }) => name)).toEqual([
      'META-DATA',
      'cmdline.txt',
      'config.txt',
      'kernel8.img',
      'new',
      'overlays',
      'user-data',
    ]);
  });

  it('reads files byte for byte, through links too', async () => {
    expect([...(await readImageFile(image, '/etc/dlimage/binary'))]).toEqual([0, 10, 255, 13, 10, 0, 10]);
    expect((await readImageFile(image, '/etc/dlimage/current')).toString()).toBe('NODE=one\n\n');
    expect((await readImageFile(image, '2:/etc/dlimage/empty')).toString()).toBe('');
    expect((await readImageFile(image, 'boot:/NEW/some long name.TXT')).toString()).toBe('long\n');
    expect(await statImagePath(image, '/etc/dlimage/nothing')).toBeNull();
    expect(await statImagePath(image, '/etc/dlimage/current')).toMatchObject({ kind: 'symlink' });
  });

  it.each([
    ['/etc/nothing', 'there is no /etc/nothing in IMAGE'],
    ['/etc', '/etc is a directory, not a file'],
    ['/etc/dlimage/circle', 'there is no /etc/dlimage/circle in IMAGE'],
    ['3:/etc', 'IMAGE has no partition 3'],
    ['etc', '"etc" is no path inside an image'],
    ['boot:user-data', '"boot:user-data" is no path inside an image'],
  ])('says why %s cannot be read', async (address, message) => {
    const error: unknown = await readImageFile(image, address).catch((reason: unknown) => reason);
    expect(error instanceof Error && error.message.replaceAll(image, 'IMAGE')).toBe(message);
  });

  it('leaves the image and the directory as they were', async () => {
    const [before, files] = [readFileSync(image), readdirSync(scratch.path)];
    await inspectImage(image);
    await listImagePath(image, '/etc');
    expect(readFileSync(image).equals(before)).toBe(true);
    expect(readdirSync(scratch.path)).toEqual(files);
  });

  it('finds every way in which an image can differ from its plan', async () => {
    const base = await readBaseImage(image);
    const changed: Entry[] = [
      rootFile('/etc/dlimage/node.env', 'NODE=two\n\n', { mode: 0o600, uid: 1, gid: 2, mtimeSeconds: 3 }),
      rootFile('/etc/dlimage/missing', ''),
      rootFile('/etc/dlimage/sub', ''),
      link('/etc/dlimage/current', 'elsewhere'),
      bootFile('/user-data', 'other\n', { mtimeSeconds: mtimeSeconds + 2 }),
      bootFile('/nothing', ''),
      bootFile('/new', ''),
    ];
    expect(await compareEntries(image, base, changed, scratch.path)).toEqual([
      '/etc/dlimage/node.env: mode is 640, not 600',
      '/etc/dlimage/node.env: uid is 0, not 1',
      '/etc/dlimage/node.env: gid is 42, not 2',
      '/etc/dlimage/node.env: mtime is 1717200000, not 3',
      '/etc/dlimage/missing: missing',
      '/etc/dlimage/sub: is a directory, not a file',
      '/etc/dlimage/current: target is node.env, not elsewhere',
      '/etc/dlimage/node.env: content differs',
      'boot:/user-data: mtime is 1717200000, not 1717200002',
      'boot:/user-data: content differs',
      'boot:/nothing: missing',
      'boot:/new: is a directory, not a file',
    ]);
    expect(await compareEntries(image, base, entries, scratch.path)).toEqual([]);
  });

  it('takes packed images and disks at the command line, and names them, not their copies', async () => {
    run('sh', ['-c', 'gzip -1 -c "$1" > "$2"', 'sh', image, join(scratch.path, 'packed.img.gz')]);
    const cli = (...args: readonly string[]) =>
      runCli(scratch.path, ['inspect', ...args, '--cache', join(scratch.path, 'cache'), '--quiet']);
    const overview = await cli('packed.img.gz');
    expect(overview.exitCode, overview.stderr).toBe(0);
    expect(overview.stdout).toContain('packed.img.gz: ');
    expect((await cli('packed.img.gz', '/etc/dlimage/node.env')).stdout).toBe('NODE=one\n');
    const nothing = await cli('packed.img.gz', '9:/etc');
    expect(nothing.stderr).toContain('packed.img.gz has no partition 9 [image-no-partition]');
    expect(readdirSync(join(scratch.path, 'cache/unpacked'))).toEqual([]);
  });
});

describe.skipIf(missing.length > 0)('images without a table, and partitions of other kinds', () => {
  const scratch = makeScratch();
  afterAll(() => scratch.cleanUp());

  it('understands one filesystem that fills the file', async () => {
    const tree = join(scratch.path, 'tree');
    mkdirSync(join(tree, 'etc'), { recursive: true });
    mkdirSync(join(tree, 'usr'));
    writeFileSync(join(tree, 'etc/hostname'), 'bare\n');
    const image = join(scratch.path, 'bare.img');
    run('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', 'bare', '-d', tree, image, '16M']);
    const base = await readBaseImage(image);
    expect(base.layout.table).toBe('none');
    expect([base.root.number, base.root.offsetBytes, base.boot]).toEqual([0, 0, null]);
    expect((await readImageFile(image, '/etc/hostname')).toString()).toBe('bare\n');
    const copy = await openWorkCopy({ base, directory: join(scratch.path, 'work') });
    const patch = await copy.makePatch([rootFile('/etc/hostname', 'patched\n')]);
    const target = join(scratch.path, 'patched.img');
    await writePatched(image, patch, target);
    await copy.close();
    expect((await readImageFile(target, '/etc/hostname')).toString()).toBe('patched\n');
    run('e2fsck', ['-fn', target]);

    run('mkfs.vfat', ['-C', '-n', 'STICK', join(scratch.path, 'stick.img'), '2048']);
    const report = await inspectImage(join(scratch.path, 'stick.img'));
    expect(report.layout.table).toBe('none');
    expect(report.layout.partitions[0]?.filesystem).toMatchObject({ kind: 'fat12', label: 'STICK' });
    expect(report.rolesProblem).toMatch(/has no ext4 root filesystem: partition 0 is fat12 "STICK"$/);
  });

  it('refuses two root filesystems, unless the image says which is the one', async () => {
    const image = join(scratch.path, 'two.img');
    buildTestImage({ ...usualImage, logical: true, fatBits: 16 }, image, scratch.path);
    const single = readFileSync(image);
    const [first, rootBytes] = [rootOffset({ ...usualImage, logical: true }), 64 * 1024 * 1024];
    const roots = [first, single.length];
    const bytes = Buffer.concat([single, single.subarray(first, first + rootBytes)]);
    // The slot of the extended partition is taken over by the root filesystem, and the next one by its copy at the end.
    for (const [index, offset] of roots.entries()) {
      const slot = 446 + (index + 1) * 16;
      bytes.writeUInt8(0x83, slot + 4);
      bytes.writeUInt32LE(offset / 512, slot + 8);
      bytes.writeUInt32LE(rootBytes / 512, slot + 12);
    }
    writeFileSync(image, bytes);
    await expect(readBaseImage(image)).rejects.toMatchObject({
      id: 'image-several-roots',
      message: `${image} has more than one root filesystem: partitions 2 and 3`,
    });

    // The image's own files decide: what it mounts at /, and before that what its kernel is told.
    const fstab = join(scratch.path, 'fstab');
    writeFileSync(fstab, 'proc /proc proc\nPARTUUID=0a1b2c3d-02 / ext4 defaults 0 1\n');
    for (const offset of roots)
      run('debugfs', ['-w', `${image}?offset=${offset}`], `cd /etc\nwrite ${fstab} fstab\n`);
    expect((await readBaseImage(image)).root.number).toBe(2);
    const commandLine = 'console=tty1 root=/dev/mmcblk0p3 rootwait\n';
    run('mcopy', ['-o', '-i', `${image}@@${1024 * 1024}`, '-', '::/cmdline.txt'], commandLine);
    expect((await readBaseImage(image)).root.number).toBe(3);
  });

  it('takes the command line from where config.txt has the firmware look', async () => {
    const image = join(scratch.path, 'two.img');
    const fat = `${image}@@${1024 * 1024}`;
    const config = '[all]\nos_prefix=current/\n[tryboot]\nos_prefix=new/\n';
    run('mcopy', ['-o', '-i', fat, '-', '::/config.txt'], config);
    for (const [folder, number] of [
      ['current', 2],
      ['new', 3],
    ] as const) {
      run('mmd', ['-i', fat, `::/${folder}`]);
      const words = `root=/dev/mmcblk0p${number} rootwait\n`;
      run('mcopy', ['-o', '-i', fat, '-', `::/${folder}/cmdline.txt`], words);
    }
    // The one at the top, for the third, is not read any more.
    expect((await readBaseImage(image)).root.number).toBe(2);
  });
});
