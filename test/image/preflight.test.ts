import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { openWorkCopy } from '../../builder/image/host/work-copy.ts';
import type { Entry } from '../../builder/image/entry.ts';
import { HostError } from '../../builder/report/errors.ts';
import { runCli } from '../support/run-cli.ts';
import { bootFile, directory, link, rootFile } from './support/entries.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);

/** The id, message and hint with which something is refused; paths of the test's directory shown as DIR. */
async function refusal(work: Promise<unknown>, path: string): Promise<string[]> {
  const error: unknown = await work.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof HostError)) throw error;
  return [error.id, error.message, ...error.details, `hint: ${error.hint ?? 'none'}`].map((line) =>
    // How much is free depends on the version of mke2fs.
    line.replaceAll(path, 'DIR').replace(/[\d.]+( MiB)? free$/, 'SOME free'),
  );
}

const poke = (path: string, position: number, bytes: readonly number[]) => {
  const image = readFileSync(path);
  image.set(bytes, position);
  writeFileSync(path, image);
};

const hostFile = (hostPath: string, sizeBytes: number) => ({
  content: { from: 'host-file' as const, hostPath, sizeBytes },
});

describe.skipIf(missing.length > 0)('before anything is written', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);
  const good = at('good.img');

  /** A copy of the good image with some of its bytes changed. */
  const spoiled = (name: string, spoil: (path: string) => void): string => {
    copyFileSync(good, at(name));
    spoil(at(name));
    return at(name);
  };
  const superblock = rootOffset(usualImage) + 1024;

  beforeAll(() => buildTestImage(usualImage, good, scratch.path));
  afterAll(() => scratch.cleanUp());

  const baseCases: Record<string, [() => string, string[]]> = {
    'a missing image': [
      () => at('none.img'),
      ['image-not-found', 'there is no image DIR/none.img', 'hint: check the path'],
    ],
    'a directory': [
      () => scratch.path,
      [
        'image-not-a-file',
        'DIR is a directory, not an image file',
        'hint: give the path of a raw image file; a disk must be read into a file first (dd)',
      ],
    ],
    'an empty file': [
      () => {
        writeFileSync(at('empty.img'), '');
        return at('empty.img');
      },
      ['image-empty', 'DIR/empty.img is empty', 'hint: download or build the image again'],
    ],
    'a compressed image': [
      () => {
        writeFileSync(at('image.xz'), Buffer.from('fd377a585a000004e6d6b446', 'hex'));
        return at('image.xz');
      },
      [
        'image-no-layout',
        'DIR/image.xz has no partition table and no filesystem',
        'hint: give a disk image: raw, packed (xz, gz, zst, bz2, zip, 7z, tar) or a disk (qcow2, vmdk, vdi, vhd, vhdx, Android sparse)',
      ],
    ],
    noise: [
      () => {
        writeFileSync(at('noise.img'), 'no image at all\n'.repeat(1000));
        return at('noise.img');
      },
      [
        'image-no-layout',
        'DIR/noise.img has no partition table and no filesystem',
        'hint: give a disk image: raw, packed (xz, gz, zst, bz2, zip, 7z, tar) or a disk (qcow2, vmdk, vdi, vhd, vhdx, Android sparse)',
      ],
    ],
    'an image whose end is missing': [
      () => spoiled('short.img', (path) => truncateSync(path, 100 * 1024 * 1024)),
      [
        'image-truncated',
        'DIR/short.img has 104857600 bytes, but its partition table needs 111149056',
        'hint: the download or copy was cut off: fetch or build the image again',
      ],
    ],
    'a filesystem that is larger than its partition': [
      () => spoiled('large.img', (path) => poke(path, superblock + 4, [0, 0, 1, 0])),
      [
        'image-truncated',
        'partition 2 of DIR/large.img has 67108864 bytes, but its ext4 needs 268435456',
        'hint: the download or copy was cut off: fetch or build the image again',
      ],
    ],
    'a journal that is not empty': [
      () => spoiled('dirty.img', (path) => poke(path, superblock + 0x60, [0xc6, 0x02])),
      [
        'image-journal-dirty',
        'the root filesystem (partition 2) of DIR/dirty.img was not unmounted cleanly: its journal holds changes',
        "hint: take an image that was shut down cleanly; or in a copy of it run debugfs -w -R journal_run 'DIR/dirty.img?offset=44040192'; debugfs -w -R 'feature -needs_recovery' 'DIR/dirty.img?offset=44040192'; e2fsck -fp 'DIR/dirty.img?offset=44040192'",
      ],
    ],
    orphans: [
      () => spoiled('orphans.img', (path) => poke(path, superblock + 0x66, [0x01])),
      [
        'image-journal-dirty',
        'the root filesystem (partition 2) of DIR/orphans.img was not unmounted cleanly: it still lists deleted files',
        "hint: take an image that was shut down cleanly; or in a copy of it run debugfs -w -R journal_run 'DIR/orphans.img?offset=44040192'; debugfs -w -R 'feature -needs_recovery' 'DIR/orphans.img?offset=44040192'; e2fsck -fp 'DIR/orphans.img?offset=44040192'",
      ],
    ],
    'a damaged filesystem': [
      () => spoiled('errors.img', (path) => poke(path, superblock + 0x3a, [0x03])),
      [
        'image-has-errors',
        'the root filesystem (partition 2) of DIR/errors.img is marked as damaged',
        "hint: repair a copy of it: e2fsck -f 'DIR/errors.img?offset=44040192'",
      ],
    ],
    'a filesystem that must not be written': [
      () =>
        spoiled('read-only.img', (path) =>
          run('debugfs', ['-w', '-R', 'feature read-only', `${path}?offset=${rootOffset(usualImage)}`]),
        ),
      [
        'image-root-read-only',
        'the root filesystem (partition 2) of DIR/read-only.img is marked as read-only: it must not be changed',
        'hint: take an image whose root filesystem can be written',
      ],
    ],
    'partitions that overlap': [
      // The first partition ends behind the start of the second.
      () => spoiled('overlap.img', (path) => poke(path, 446 + 12, [0, 0x60, 0x02, 0])),
      [
        'image-partitions-overlap',
        'partitions 1 and 2 of DIR/overlap.img overlap',
        'hint: its partition table is damaged: fetch or build the image again',
      ],
    ],
    'a wrong count of free blocks': [
      () =>
        spoiled('count.img', (path) =>
          run('debugfs', [
            '-w',
            '-R',
            'ssv free_blocks_count 77',
            `${path}?offset=${rootOffset(usualImage)}`,
          ]),
        ),
      [
        'image-has-errors',
        expect.stringMatching(
          /^the root filesystem .* is damaged: it says that 77 blocks are free, but \d{4,} are$/,
        ),
        "hint: repair a copy of it: e2fsck -f 'DIR/count.img?offset=44040192'",
      ],
    ],
    'a filesystem with quotas, until they are taken away as the hint says': [
      () =>
        spoiled('quota.img', (path) =>
          run('tune2fs', ['-O', 'quota,mmp', `${path}?offset=${rootOffset(usualImage)}`]),
        ),
      [
        'image-feature-unsupported',
        'the root filesystem (partition 2) of DIR/quota.img has the feature quota and mmp, which dlimage cannot keep right',
        "hint: take it away in a copy of it: tune2fs -O ^quota,^mmp 'DIR/quota.img?offset=44040192'",
      ],
    ],
    'a filesystem of another kind': [
      () =>
        spoiled('xfs.img', (path) => {
          poke(path, rootOffset(usualImage), [...Buffer.from('XFSB')]);
        }),
      [
        'image-no-root',
        'DIR/xfs.img has no ext4 root filesystem: partition 1 is fat32 "BOOTFS", partition 2 is xfs',
        'hint: dlimage writes ext2, ext3 and ext4; take an image whose root is one of them',
      ],
    ],
    'a live system': [
      () => spoiled('live.img', (path) => poke(path, rootOffset(usualImage), [...Buffer.from('hsqs')])),
      [
        'image-root-read-only',
        'DIR/live.img cannot be changed: partition 2 is squashfs, which is read-only by nature',
        'hint: take an installed image (with an ext4 root), not an installer or a live system',
      ],
    ],
    'an image without a root': [
      () =>
        spoiled('data.img', (path) =>
          run('debugfs', ['-w', '-R', 'unlink /etc', `${path}?offset=${rootOffset(usualImage)}`]),
        ),
      [
        'image-no-root',
        'DIR/data.img has no ext4 root filesystem: partition 1 is fat32 "BOOTFS", partition 2 is ext4 "rootfs"',
        'hint: dlimage writes ext2, ext3 and ext4; take an image whose root is one of them',
      ],
    ],
  };

  it.each(Object.entries(baseCases))('refuses %s', async (_name, [make, expected]) => {
    expect(await refusal(readBaseImage(make()), scratch.path)).toEqual(expected);
  });

  const conflictHint = 'hint: change the path, or take the file out of the overlay';
  const renameHint = 'hint: rename the file';
  const spaceHint =
    'hint: take a base with a larger partition, or leave out some of the files and container images';
  const entryCases: Record<string, [() => Entry[], string[]]> = {
    'a file in place of a directory': [
      () => [rootFile('/etc/systemd', 'x'), rootFile('/usr/lib', 'x')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /etc/systemd is a directory in the base (and 1 more)',
        '/usr/lib is a directory in the base',
        conflictHint,
      ],
    ],
    'a directory in place of a file': [
      () => [directory('/etc/hostname')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /etc/hostname is a file in the base',
        conflictHint,
      ],
    ],
    'a directory in place of a link': [
      () => [directory('/lib')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /lib is a symlink in the base',
        conflictHint,
      ],
    ],
    'a file below a file': [
      () => [rootFile('/etc/hostname/x', 'x')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /etc/hostname/x lies below /etc/hostname, which is no directory in the base',
        conflictHint,
      ],
    ],
    'a file that is written twice through a link': [
      () => [rootFile('/lib/x', 'x'), rootFile('/usr/lib/x', 'x')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /usr/lib/x is written twice (it is /usr/lib/x)',
        conflictHint,
      ],
    ],
    'a file below a link that is replaced': [
      () => [link('/lib', 'usr/lib64'), rootFile('/lib/x', 'x')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /lib/x lies below /lib, which becomes no directory',
        conflictHint,
      ],
    ],
    'a file in place of a directory on FAT': [
      () => [bootFile('/Overlays', 'x')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /Overlays is a directory in the base',
        conflictHint,
      ],
    ],
    'names on FAT that differ in case only': [
      () => [bootFile('/user-data', 'x'), bootFile('/User-Data', 'x')],
      [
        'image-path-conflict',
        'the plan does not fit DIR/good.img: /user-data is written twice',
        conflictHint,
      ],
    ],
    'a double quote': [
      () => [rootFile('/etc/a"b', 'x')],
      [
        'image-name-unsupported',
        'cannot write into the image: /etc/a\\"b contains a double quote, which debugfs cannot express',
        renameHint,
      ],
    ],
    'a line break': [
      () => [rootFile('/etc/a\nb', 'x')],
      [
        'image-name-unsupported',
        'cannot write into the image: /etc/a\\nb contains a line break or another control character',
        renameHint,
      ],
    ],
    'a name of 256 bytes': [
      () => [rootFile(`/${'ä'.repeat(128)}`, 'x')],
      [
        'image-name-unsupported',
        `cannot write into the image: /${'ä'.repeat(128)} has a name longer than 255 bytes`,
        renameHint,
      ],
    ],
    'a colon on FAT': [
      () => [bootFile('/a:b', 'x')],
      [
        'image-name-unsupported',
        'cannot write into the image: /a:b contains :, which FAT does not allow in a name',
        renameHint,
      ],
    ],
    'a link on FAT': [
      () => [{ ...link('/x', 'y'), partition: 'boot' }],
      ['image-name-unsupported', 'cannot write into the image: /x is a link, and FAT has none', renameHint],
    ],
    'more than the root partition has room for': [
      () => {
        writeFileSync(at('large'), '');
        truncateSync(at('large'), 1024 ** 3);
        return [rootFile('/large', '', hostFile(at('large'), 1024 ** 3))];
      },
      [
        'image-no-space',
        'the root partition of DIR/good.img has no room: 1.0 GiB needed, SOME free',
        spaceHint,
      ],
    ],
    'more files than the root partition has inodes': [
      () => Array.from({ length: 17_000 }, (_, index) => rootFile(`/srv/${index}`, '')),
      [
        'image-no-space',
        'the root partition of DIR/good.img has no room: 17001 inodes needed, SOME free',
        spaceHint,
      ],
    ],
    'more than the boot partition has room for': [
      () => [bootFile('/large', '', hostFile(at('large'), 1024 ** 3))],
      [
        'image-no-space',
        'the boot partition of DIR/good.img has no room: 1.0 GiB needed, SOME free',
        spaceHint,
      ],
    ],
    'a file of the host that is gone': [
      () => [rootFile('/x', '', hostFile(at('gone'), 1))],
      ['host-file-missing', 'DIR/gone is gone since the plan was made', 'hint: plan again'],
    ],
    'a file of the host that grew': [
      () => [bootFile('/x', '', hostFile(good, 1))],
      [
        'host-file-changed',
        'DIR/good.img has 113246208 bytes; it had 1 when the plan was made',
        'hint: plan again once nothing writes to the file any more',
      ],
    ],
    'a directory of the host': [
      () => [rootFile('/x', '', hostFile(scratch.path, 1))],
      [
        'host-file-not-a-file',
        'DIR is not a regular file',
        'hint: only regular files can be copied into an image',
      ],
    ],
  };

  it.each(Object.entries(entryCases))('refuses %s', async (_name, [make, expected]) => {
    const work = at('work');
    mkdirSync(work, { recursive: true });
    const copy = await openWorkCopy({ base: await readBaseImage(good), directory: work });
    try {
      const entries = [rootFile('/etc/hostname', 'fine\n'), ...make()].filter(
        (entry, index, all) =>
          index > 0 || !all.slice(1).some(({ path }) => path.startsWith('/etc/hostname')),
      );
      expect(await refusal(copy.makePatch(entries), scratch.path)).toEqual(expected);
      // The copy is made only once everything has been checked.
      expect(readdirSync(work, { recursive: true }).filter((name) => String(name).endsWith('.img'))).toEqual(
        [],
      );
      const patch = await copy.makePatch([rootFile('/etc/hostname', 'fine\n')]);
      expect(patch.sizeBytes).toBeGreaterThan(0);
    } finally {
      await copy.close();
    }
  });

  it('refuses what only e2fsck finds, before the build makes anything', async () => {
    const counts = 'set_bg 0 free_blocks_count 5';
    const path = spoiled('group.img', (image) =>
      run('debugfs', ['-w', '-R', counts, `${image}?offset=${rootOffset(usualImage)}`]),
    );
    expect(await refusal(readBaseImage(path), scratch.path).catch(String)).toContain('nothing was refused');
    const build = ['build', '--profile', 'x86', '--base', 'group.img', '--cache', at('cache'), '--quiet'];
    const { exitCode, stderr } = await runCli(scratch.path, build);
    expect(stderr).toContain('Free blocks count wrong for group #0');
    expect(stderr).toContain(`e2fsck -f '${path}?offset=${rootOffset(usualImage)}'`);
    expect(exitCode).toBe(3);
    expect(existsSync(at('.dlimage'))).toBe(false);
    expect(existsSync(at('out/x86/manifest.json'))).toBe(false);
  });

  it('refuses a boot file where there is no boot partition', async () => {
    const path = spoiled('no-boot.img', (image) => poke(image, 446 + 4, [0]));
    const copy = await openWorkCopy({ base: await readBaseImage(path), directory: at('work') });
    expect(await refusal(copy.makePatch([bootFile('/user-data', 'x')]), scratch.path)).toEqual([
      'image-no-boot',
      'DIR/no-boot.img has no boot partition for /user-data',
      'hint: this base needs its seed in the root partition',
    ]);
    await copy.close();
  });

  it('refuses more names than the top directory of a small FAT has room for', async () => {
    const path = at('fat16.img');
    buildTestImage({ ...usualImage, fatBits: 16 }, path, scratch.path);
    const copy = await openWorkCopy({ base: await readBaseImage(path), directory: at('work') });
    const many = Array.from({ length: 300 }, (_, index) => bootFile(`/a name of two records ${index}`, 'x'));
    const [id, message] = await refusal(copy.makePatch(many), scratch.path);
    expect([id, message]).toEqual(['image-no-space', 'the boot partition of the base is full']);
    expect((await copy.makePatch([bootFile('/user-data', 'x')])).sizeBytes).toBeGreaterThan(0);
    await copy.close();
  });

  it('refuses a base that changes meanwhile', async () => {
    const path = spoiled('moving.img', () => {});
    const copy = await openWorkCopy({ base: await readBaseImage(path), directory: at('work') });
    await (await copy.makePatch([rootFile('/x', 'x')])).close();
    poke(path, superblock + 0x78, [1]);
    expect(await refusal(copy.makePatch([rootFile('/x', 'x')]), scratch.path)).toEqual([
      'image-changed',
      'DIR/moving.img was changed while nodes were made from it',
      'hint: nothing else may write to the base meanwhile; build again',
    ]);
    await copy.close();
  });
});
