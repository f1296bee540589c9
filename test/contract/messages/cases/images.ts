import { appendFileSync, mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInspect } from '../../../../builder/cli/commands/inspect.ts';
import { unpackContainer } from '../../../../builder/image/packing/host/unpack-container.ts';
import { editBootFiles } from '../../../../builder/base/host/complete/edit-boot-files.ts';
import { growRoot } from '../../../../builder/image/host/grow-root.ts';
import { readImageFile } from '../../../../builder/check/inspect/host/inspect-image.ts';
import { readBaseImage } from '../../../../builder/image/host/base.ts';
import { readExtSuperblock } from '../../../../builder/image/host/volumes.ts';
import { checkEntries } from '../../../../builder/image/host/check-entries.ts';
import { checkRootSound } from '../../../../builder/image/host/check-root-sound.ts';
import { openImage } from '../../../../builder/image/host/open-image.ts';
import { openWorkCopy } from '../../../../builder/image/host/work-copy.ts';
import type { Entry } from '../../../../builder/image/entry.ts';
import { readLayout } from '../../../../builder/image/host/read-layout.ts';
import { bootFile, rootFile } from '../../../image/support/entries.ts';
import { run } from '../../../image/support/programs.ts';
import { buildTestImage, rootOffset, usualImage } from '../../../image/support/test-image.ts';
import { poke } from '../poke.ts';
import type { MessageCases } from '../message-case.ts';

const superblock = rootOffset(usualImage) + 1024;

/** A small sound image, with what `spoil` does to it. */
function imageIn(directory: string, spoil: (path: string) => void = () => undefined): string {
  const path = join(directory, 'base.img');
  buildTestImage(usualImage, path, directory);
  spoil(path);
  return path;
}

function fileIn(directory: string, name: string, content: string | Uint8Array): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

/** Runs one command of debugfs on the root partition. */
function debugfs(path: string, command: string): void {
  run('debugfs', ['-w', '-R', command, `${path}?offset=${rootOffset(usualImage)}`]);
}

/** Makes a patch of entries for a sound image. */
async function patchWith(directory: string, entries: readonly Entry[]): Promise<unknown> {
  const work = join(directory, 'work');
  mkdirSync(work);
  const copy = await openWorkCopy({ base: await readBaseImage(imageIn(directory)), directory: work });
  try {
    return await copy.makePatch(entries);
  } finally {
    await copy.close();
  }
}

const openingCases: MessageCases = {
  'image-not-found.typo': {
    when: 'There is no file of that name.',
    provoke: (directory) => openImage(join(directory, 'none.img')),
  },
  'image-unreadable.loop': {
    when: 'A file cannot be opened, here because its link leads back to itself.',
    provoke: (directory) => {
      symlinkSync('loop.img', join(directory, 'loop.img'));
      return openImage(join(directory, 'loop.img'));
    },
  },
  'image-not-a-file.directory': {
    when: 'A directory is named in place of an image.',
    provoke: (directory) => openImage(directory),
  },
  'image-empty.nothing': {
    when: 'An image file has no bytes.',
    provoke: (directory) => openImage(fileIn(directory, 'empty.img', '')),
  },
  'image-no-layout.text': {
    when: 'A file is no disk image.',
    provoke: (directory) => readLayout(fileIn(directory, 'notes.img', 'no image at all\n'.repeat(1000))),
  },
  'image-container-empty.zip': {
    when: 'An archive has no image in it.',
    provoke: (directory) => {
      fileIn(directory, 'readme.txt', 'read me');
      run('7zz', ['a', '-tzip', join(directory, 'image.zip'), join(directory, 'readme.txt')]);
      return unpackContainer(join(directory, 'image.zip'), join(directory, 'image.img'));
    },
  },
  'image-container-several.zip': {
    when: 'An archive has more than one image, and dlimage does not guess which one is meant.',
    provoke: (directory) => {
      const path = join(directory, 'board.zip');
      const files = ['board.img', 'recovery.img'].map((name) => fileIn(directory, name, 'an image'));
      run('7zz', ['a', '-tzip', path, ...files]);
      return unpackContainer(path, join(directory, 'image.img'));
    },
  },
  'image-format-unsupported.lz4': {
    when: 'An image is in a format that dlimage does not read.',
    provoke: (directory) => {
      const bytes = Buffer.alloc(4096);
      bytes.writeUInt32LE(0x184d2204);
      return readLayout(fileIn(directory, 'system.img.lz4', bytes));
    },
  },
  'image-container-deep.xz': {
    when: 'An image is packed again and again.',
    provoke: (directory) => {
      const path = join(directory, 'image.img.xz');
      let bytes: Buffer = Buffer.alloc(512);
      for (let layer = 0; layer < 5; layer += 1) bytes = run('xz', ['-c'], bytes);
      writeFileSync(path, bytes);
      return unpackContainer(path, join(directory, 'image.img'));
    },
  },
  'image-damaged.zip': {
    when: 'An archive is damaged.',
    varies: [[/(\n {4}.*)+\n {2}hint/g, '\n    …\n  hint']],
    provoke: (directory) =>
      unpackContainer(
        fileIn(directory, 'image.zip', 'PK\u0003\u0004 and no more'),
        join(directory, 'image.img'),
      ),
  },
};

const hostileCases: MessageCases = {
  'image-too-large.qcow2': {
    when: 'A small file unpacks to more than any image of an operating system.',
    provoke: (directory) => {
      run('qemu-img', ['create', '-q', '-f', 'qcow2', join(directory, 'huge.qcow2'), '1T']);
      return unpackContainer(join(directory, 'huge.qcow2'), join(directory, 'huge.img'));
    },
  },
  'image-needs-memory.zst': {
    when: 'A packed file says that its unpacking takes a very large memory.',
    provoke: (directory) => {
      const packed = run('zstd', ['-qc', '--long=31'], Buffer.from('an image'));
      return unpackContainer(fileIn(directory, 'image.img.zst', packed), join(directory, 'image.img'));
    },
  },
  'image-changed.grows': {
    when: 'A packed image is still being downloaded or copied while dlimage unpacks it.',
    provoke: (directory) => {
      const path = fileIn(directory, 'image.img.xz', run('xz', ['-0c'], Buffer.alloc(1024 * 1024)));
      const onBytes = (): void => appendFileSync(path, 'more');
      return unpackContainer(path, join(directory, 'image.img'), { onBytes });
    },
  },
  'image-encrypted.archive': {
    when: 'An image is in an archive, or in a disk of a virtual machine, that only a password opens.',
    provoke: (directory) => {
      const image = fileIn(directory, 'os.img', Buffer.alloc(512));
      const path = join(directory, 'os.zip');
      run('7zz', ['a', '-psecret', '--', path, image]);
      return unpackContainer(path, join(directory, 'image.img'));
    },
  },
  'image-refers-outside.backing': {
    when: 'A disk takes a part of its data from another file, which could be any file of this machine.',
    provoke: (directory) => {
      const disk = join(directory, 'thin.qcow2');
      run('qemu-img', ['create', '-q', '-u', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/hostname', disk, '1M']);
      return unpackContainer(disk, join(directory, 'thin.img'));
    },
  },
};

const soundnessCases: MessageCases = {
  'image-table-damaged.checksum': {
    when: 'The list of partitions at the start of an image is damaged. Linux would see no partitions at all.',
    provoke: (directory) => {
      const path = join(directory, 'base.img');
      buildTestImage({ ...usualImage, table: 'gpt' }, path, directory);
      poke(path, 1024 + 40, [0]);
      return readLayout(path);
    },
  },
  'image-partitions-overlap.cut-in': {
    when: 'Two partitions of an image share bytes.',
    // The first partition ends behind the start of the second.
    provoke: (directory) =>
      readBaseImage(imageIn(directory, (path) => poke(path, 446 + 12, [0, 0x60, 0x02, 0]))),
  },
  'image-feature-unsupported.quota': {
    when: 'A root filesystem keeps books that dlimage cannot keep.',
    provoke: (directory) =>
      readBaseImage(
        imageIn(directory, (path) =>
          run('tune2fs', ['-O', 'quota,mmp', `${path}?offset=${rootOffset(usualImage)}`]),
        ),
      ),
  },
  'image-truncated.partition-table': {
    when: 'The end of an image is missing.',
    provoke: (directory) =>
      readBaseImage(imageIn(directory, (path) => truncateSync(path, 100 * 1024 * 1024))),
  },
  'image-truncated.filesystem': {
    when: 'A filesystem is larger than its partition.',
    provoke: (directory) =>
      readBaseImage(imageIn(directory, (path) => poke(path, superblock + 4, [0, 0, 1, 0]))),
  },
  'image-journal-dirty.journal': {
    when: 'An image was read from a card that was not shut down.',
    provoke: (directory) =>
      readBaseImage(imageIn(directory, (path) => poke(path, superblock + 0x60, [0xc6, 0x02]))),
  },
  'image-has-errors.marked': {
    when: 'The root filesystem is marked as damaged.',
    provoke: (directory) =>
      readBaseImage(imageIn(directory, (path) => poke(path, superblock + 0x3a, [0x03]))),
  },
  'image-has-errors.found': {
    when: 'e2fsck finds damage in the root filesystem of an image of your own. The lines below are its own.',
    provoke: async (directory) => {
      const path = imageIn(directory, (image) => debugfs(image, 'set_bg 0 free_blocks_count 5'));
      return await checkRootSound(await readBaseImage(path), path);
    },
    varies: [
      [/counted=\d+/g, 'counted=…'],
      [/0x[0-9a-f]{2,}/g, '0x…'],
    ],
  },
  'image-root-read-only.feature': {
    when: 'The root filesystem says that it must not be written.',
    provoke: (directory) => readBaseImage(imageIn(directory, (path) => debugfs(path, 'feature read-only'))),
  },
  'image-root-read-only.live': {
    when: 'An installer or a live system is named in place of an installed image.',
    provoke: (directory) =>
      readBaseImage(
        imageIn(directory, (path) => poke(path, rootOffset(usualImage), [...Buffer.from('hsqs')])),
      ),
  },
  'image-no-root.xfs': {
    when: 'The root filesystem is of a kind that dlimage does not write.',
    provoke: (directory) =>
      readBaseImage(
        imageIn(directory, (path) => poke(path, rootOffset(usualImage), [...Buffer.from('XFSB')])),
      ),
  },
};

const contentCases: MessageCases = {
  'image-no-partition.number': {
    when: '`inspect` is asked for a partition that the image does not have.',
    provoke: (directory) => runInspect(imageIn(directory), '7:/etc', {}),
  },
  'image-path-missing.root': {
    when: '`inspect` is asked for a file that the image does not have.',
    provoke: (directory) => runInspect(imageIn(directory), '/etc/nothing', {}),
  },
  'image-path-conflict.directory': {
    when: 'A file of an overlay is a directory in the base.',
    provoke: (directory) => patchWith(directory, [rootFile('/etc/systemd', 'x')]),
  },
  'image-no-space.large': {
    when: 'Files and container images need more room than the root partition has.',
    // How much is free depends on the version of mke2fs.
    varies: [[/[\d.]+ MiB free/g, '50 MiB free']],
    provoke: (directory) => {
      const hostPath = join(directory, 'large');
      writeFileSync(hostPath, '');
      truncateSync(hostPath, 1024 ** 3);
      const content = { from: 'host-file' as const, hostPath, sizeBytes: 1024 ** 3 };
      return patchWith(directory, [rootFile('/large', '', { content })]);
    },
  },
  'image-name-unsupported.colon': {
    when: 'A file for the boot partition has a name that FAT does not allow.',
    provoke: async (directory) =>
      checkEntries([bootFile('/a:b', 'x')], await readBaseImage(imageIn(directory))),
  },
  'image-no-boot.seed': {
    when: 'Files for the boot partition have no place in an image without one.',
    provoke: async (directory) =>
      checkEntries([bootFile('/user-data', 'x')], {
        ...(await readBaseImage(imageIn(directory))),
        boot: null,
      }),
  },
};

/** An image with two partitions that could be the root, made of one logical partition that is listed twice. */
function imageWithTwoRoots(directory: string): string {
  const twice = { ...usualImage, logical: true, fatBits: 16 } as const;
  const path = join(directory, 'base.img');
  buildTestImage(twice, path, directory);
  const slot = Buffer.alloc(16);
  slot.writeUInt8(0x83, 4);
  slot.writeUInt32LE(rootOffset(twice) / 512, 8);
  slot.writeUInt32LE((64 * 1024 * 1024) / 512, 12);
  poke(path, 446 + 16, [...slot, ...slot]);
  return path;
}

const rareCases: MessageCases = {
  'image-several-roots.two': {
    when: 'An image has two systems, and does not say which one starts.',
    provoke: (directory) => readBaseImage(imageWithTwoRoots(directory)),
  },
  'image-file-too-large.show': {
    when: '`inspect` is asked to print a large file.',
    provoke: (directory) =>
      runInspect(
        imageIn(directory, (path) => debugfs(path, 'set_inode_field /etc/hostname size 100000000')),
        '/etc/hostname',
        {},
      ),
  },
  'image-filesystem-unknown.xfs': {
    when: '`inspect` is asked to look into a filesystem that it does not read.',
    provoke: (directory) =>
      runInspect(
        imageIn(directory, (path) => poke(path, rootOffset(usualImage), [...Buffer.from('XFSB')])),
        '2:/etc',
        {},
      ),
  },
  'image-wrong-kind.directory': {
    when: 'A directory of an image is read as if it were a file.',
    provoke: (directory) => readImageFile(imageIn(directory), '/etc'),
  },
  'image-cannot-grow.behind': {
    when: 'A root filesystem is too small, and another partition lies behind it.',
    provoke: (directory) => {
      const path = imageIn(directory);
      truncateSync(path, statSync(path).size + 8 * 1024 * 1024);
      run('sfdisk', ['-q', '-a', path], `start=${110 * 2048},size=4096,type=82\n`);
      return growRoot(path, { bytes: 1024 ** 3, inodes: 0 });
    },
  },
  'image-changed.partition': {
    when: 'Something else writes to an image while dlimage reads it.',
    provoke: async (directory) => {
      const { root } = await readBaseImage(imageIn(directory));
      const blank = {
        sizeBytes: 0,
        read: (_: number, length: number) => Promise.resolve(Buffer.alloc(length)),
      };
      return await readExtSuperblock(blank, root);
    },
  },
  'config-txt-missing.overlays': {
    when: '`dtoverlays` are wanted of an image that is not for Raspberry Pis.',
    provoke: async (directory) =>
      editBootFiles(
        'base.img',
        { ...(await readBaseImage(imageIn(directory))), boot: null },
        {
          commandLine: [],
          config: [],
          dtoverlays: ['disable-wifi'],
        },
      ),
  },
};

export const imageCases: MessageCases = {
  ...hostileCases,
  ...rareCases,
  ...openingCases,
  ...soundnessCases,
  ...contentCases,
};
