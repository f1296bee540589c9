import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBase } from '../../../../builder/base/host/build-base.ts';
import type { BasePartition } from '../../../../builder/base/host/built-base.ts';
import {
  makeBootFilesystem,
  makeRootFilesystem,
  type FilesystemRequest,
} from '../../../../builder/base/host/make-filesystems.ts';
import { findPatchBase } from '../../../../builder/artifact/host/find-patch-base.ts';
import { ensureUserImage } from '../../../../builder/base/host/user-image.ts';
import { writeBiosBoot } from '../../../../builder/base/host/bios-boot.ts';
import { readBaseImage } from '../../../../builder/image/host/base.ts';
import { checkVendorLayout } from '../../../../builder/base/host/check-vendor-layout.ts';
import { verifySignature } from '../../../../builder/base/host/download/verify-signature.ts';
import { silentProgress } from '../../../../builder/system/host/progress.ts';
import { buildTestImage, usualImage } from '../../../image/support/test-image.ts';
import { standIn } from '../stand-in.ts';
import type { MessageCase, MessageCases } from '../message-case.ts';

/** gpgv says this of a signature. */
function signature(when: string, ...words: string[]): MessageCase {
  return {
    when,
    provoke: (directory) => {
      standIn(directory, 'gpgv', words.map((word) => `echo "[GNUPG:] ${word} 0123456789ABCDEF"`).join('\n'));
      return verifySignature(
        {
          name: 'https://example.org/SHA256SUMS',
          document: Buffer.from(''),
          signature: Buffer.from(''),
          keyringPath: '/usr/share/keyrings/example.gpg',
        },
        directory,
      );
    },
  };
}

const partition: BasePartition = {
  number: 1,
  role: 'boot',
  offsetBytes: 1_048_576,
  sizeBytes: 268_435_456,
  filesystem: 'fat32',
  label: 'BOOT',
  uuid: '0123-4567',
};

const filesystemRequest = (directory: string): FilesystemRequest => ({
  imagePath: join(directory, 'base.img'),
  layout: { hashSeed: '11111111-2222-3333-4444-555555555555' } as FilesystemRequest['layout'],
  epochSeconds: 0,
});

const patchedBase = {
  sha256: '0'.repeat(64),
  sizeBytes: 4096,
  key: 'abc'.padEnd(64, '0'),
  name: 'debian-13',
};

export const baseCases: MessageCases = {
  'signature-bad.changed': signature('A list of checksums is not what its publisher signed.', 'BADSIG'),
  'signature-key-expired.old': signature("The publisher's key has expired.", 'EXPKEYSIG'),
  'signature-key-revoked.revoked': signature('The publisher revoked the key.', 'REVKEYSIG'),
  'signature-expired.old': signature('A signature was valid for a while only.', 'EXPSIG'),
  'signature-key-unknown.new': signature('The publisher has a new key.', 'NO_PUBKEY'),
  'signature-unreadable.none': signature('Something else is where a signature should be.', 'NODATA'),
  'base-target-unknown.board': {
    when: 'A base is to be built for a kind of board that its definition does not have.',
    provoke: (directory) =>
      buildBase(
        {
          definitionName: 'debian-13',
          definition: { platforms: { 'pc-amd64': {}, 'uefi-arm64': {} } },
          platform: 'raspberry-pi',
          architecture: 'arm64',
          extraPackages: [],
        } as unknown as Parameters<typeof buildBase>[0],
        'key',
        new Map(),
        directory,
        { cacheDirectory: directory, progress: silentProgress },
      ),
  },
  'base-image-too-small.root': {
    when: 'The packages of a base of your own do not fit into its image.',
    provoke: (directory) => {
      standIn(directory, 'setpriv', 'echo "mke2fs: Could not allocate block in ext2 filesystem" >&2; exit 1');
      return makeRootFilesystem(filesystemRequest(directory), partition, directory);
    },
  },
  'base-boot-too-small.boot': {
    when: 'The kernels of a base of your own do not fit into its boot partition.',
    provoke: (directory) => {
      mkdirSync(join(directory, 'boot'));
      writeFileSync(join(directory, 'boot', 'kernel8.img'), 'x');
      standIn(directory, 'mkfs.vfat', 'exit 0');
      standIn(directory, 'mcopy', 'echo "Disk full" >&2; exit 1');
      return makeBootFilesystem(filesystemRequest(directory), partition, join(directory, 'boot'));
    },
  },
  'patch-base-missing.cache': {
    when: 'The base of a patch is not on this machine.',
    provoke: (directory) =>
      findPatchBase(patchedBase, undefined, { cacheDirectory: directory, progress: silentProgress }),
  },
  'patch-base-differs.size': {
    when: 'Another image is given than the one that a patch was made for.',
    provoke: (directory) => {
      writeFileSync(join(directory, 'base.img'), 'x');
      return findPatchBase(patchedBase, join(directory, 'base.img'), {
        cacheDirectory: directory,
        progress: silentProgress,
      });
    },
  },
  'base-not-as-defined.label': {
    when: "A publisher's image is another one than its definition says.",
    provoke: async (directory) => {
      const path = join(directory, 'base.img');
      buildTestImage(usualImage, path, directory);
      checkVendorLayout(
        'ubuntu-24.04',
        { table: 'mbr', boot_label: 'system-boot', root_label: 'writable' },
        await readBaseImage(path),
      );
    },
  },
  'image-wrong-digest.sha256': {
    when: 'An image is not the one whose SHA-256 was given.',
    varies: [[/[0-9a-f]{64}/g, `${'0'.repeat(8)}…`]],
    provoke: (directory) => {
      writeFileSync(join(directory, 'base.img'), 'x');
      return ensureUserImage(
        { from: 'file', path: join(directory, 'base.img'), sha256: '0'.repeat(64) } as unknown as Parameters<
          typeof ensureUserImage
        >[0],
        { definitionName: 'base.img', platform: 'raspberry-pi', architecture: 'arm64' },
        { cacheDirectory: join(directory, 'cache'), progress: silentProgress },
      );
    },
  },
  'grub-core-too-large.packages': {
    when: "GRUB of a base's release is larger than its partition: a mistake in the base's definition.",
    provoke: (directory) => {
      mkdirSync(join(directory, 'grub'));
      for (const [name, size] of [
        ['boot.img', 512],
        ['core.img', 2_000_000],
      ] as const) {
        writeFileSync(join(directory, 'grub', name), '');
        truncateSync(join(directory, 'grub', name), size);
      }
      return writeBiosBoot(join(directory, 'base.img'), join(directory, 'grub'), {
        offsetBytes: 1_048_576,
        sizeBytes: 1_048_576,
      });
    },
  },
};
