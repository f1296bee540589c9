import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDebianMirror } from '../../../../builder/base/host/debian-mirror.ts';
import { ensureRunnable } from '../../../../builder/base/host/foreign-architecture.ts';
import { runInNamespace } from '../../../../builder/system/host/namespace.ts';
import { toolMissing } from '../../../../builder/system/host/doctor/require-tools.ts';
import { examinePacker, validateWithPacker } from '../../../../builder/make/packer/host/run-packer.ts';
import { takePackerResults } from '../../../../builder/make/packer/host/take-results.ts';
import { listDisks } from '../../../../builder/flash/host/list-disks.ts';
import { openRegularFile } from '../../../../builder/system/host/regular-file.ts';
import { silentProgress } from '../../../../builder/system/host/progress.ts';
import { statExt, writeExt } from '../../../../builder/image/host/ext-programs.ts';
import { acquireLock } from '../../../../builder/system/host/process-lock.ts';
import { runTool } from '../../../../builder/system/host/run-tool.ts';
import { tools } from '../../../../builder/system/host/tools.ts';
import { parsePackerVersion } from '../../../../builder/make/packer/packer-version.ts';
import type { MessageCases } from '../message-case.ts';
import { standIn } from '../stand-in.ts';

export const toolCases: MessageCases = {
  'tool-missing.before-work': {
    when: 'Programs are missing that the work needs.',
    provoke: () => {
      throw toolMissing(
        (['mmdebstrap', 'mcopy'] as const).map((name) => ({
          name,
          tool: tools[name],
          found: false,
          version: null,
        })),
      );
    },
  },
  'tool-missing.in-work': {
    when: 'A program vanished while dlimage worked.',
    provoke: async (directory) => {
      process.env['PATH'] = join(directory, 'bin');
      return await runTool('arch-test', [], { step: 'see what runs here' });
    },
  },
  'lsblk-unreadable.no-list': {
    when: 'lsblk does not list the disks as JSON.',
    provoke: async (directory) => {
      standIn(directory, 'lsblk', 'echo "NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT"');
      return await listDisks();
    },
  },
  'tool-failed.exit-code': {
    when: 'A program failed. The lines below are its own.',
    provoke: (directory) => {
      standIn(directory, 'xz', 'echo "xz: image.xz: Compressed data is corrupt" >&2; exit 1');
      return runTool('xz', ['-dcq', '--', 'image.xz'], { step: 'unpack image.xz' });
    },
  },
  'tool-timeout.sleep': {
    when: 'A program does not come to an end.',
    provoke: (directory) => {
      standIn(directory, 'xz', 'exec sleep 60');
      return runTool('xz', ['-dcq', '--', 'image.xz'], { step: 'unpack image.xz', timeoutSeconds: 0.2 });
    },
  },
  'lock-unsupported.network': {
    when: 'A folder lies on a network filesystem without locks.',
    provoke: (directory) => {
      standIn(directory, 'flock', 'echo "flock: .lock: No locks available" >&2; exit 71');
      return acquireLock(join(directory, '.lock'));
    },
  },
  'namespace-unavailable.container': {
    when: 'A container (here as root) may not make namespaces, which building a base needs.',
    provoke: (directory) => {
      standIn(directory, 'setpriv', 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1');
      return runInNamespace('mmdebstrap', [], { step: 'install the packages of trixie' });
    },
    // An ordinary user gets another hint; test/unit/system/host/namespace-hint.test.ts has them all.
    varies: [
      [/hint: .*/g, 'hint: in a container, mount namespaces must be allowed: start it with --privileged'],
      [/^ {4}\$ .*\n/gm, ''],
    ],
  },
  'foreign-not-runnable.no-emulation': {
    when: 'Programs of the board run neither natively nor through qemu-user.',
    provoke: (directory) => {
      standIn(directory, 'arch-test', 'exit 1');
      for (const program of ['mount', 'update-binfmts']) standIn(directory, program, 'exit 0');
      return ensureRunnable(process.arch === 'arm' ? 'amd64' : 'armhf');
    },
  },
  'mirror-unknown.not-debian': {
    when: 'A Debian base is to be built on a machine whose apt knows no Debian mirror.',
    provoke: (directory) => readDebianMirror(undefined, directory),
  },
  'disk-full.program': {
    when: 'A disk is full, as a program says.',
    provoke: (directory) => {
      standIn(directory, 'xz', 'echo "xz: (stdout): Write error: No space left on device" >&2; exit 1');
      return runTool('xz', ['-c', 'pi3-1.img'], { step: 'pack pi3-1.img' });
    },
  },
  'disk-full.file': {
    when: 'A disk is full, as the system says of a file.',
    provoke: () => writeFile('/dev/full', 'x'),
    varies: [
      [/cannot go on: a disk is full/g, 'cannot go on: no space left on the disk that holds /dev/full'],
    ],
  },
  'access-denied.directory': {
    when: 'A file or directory may not be written by this user.',
    // Not even root may make a directory in sysfs.
    provoke: () => mkdir('/sys/dlimage'),
    varies: [[/its file system is read-only/g, 'permission denied']],
  },
  'path-unusable.loop': {
    when: 'A file or directory cannot be used, here because its link leads back to itself.',
    provoke: async (directory) => {
      await symlink('loop', join(directory, 'loop'));
      return await writeFile(join(directory, 'loop'), 'x');
    },
  },
  'not-a-regular-file.pipe': {
    when: 'A named pipe or device is where dlimage reads a file of its own.',
    provoke: () => openRegularFile('/dev/null'),
  },
  'ext-read-failed.damaged': {
    when: 'debugfs cannot read the root filesystem of an image. The lines below are its own.',
    provoke: (directory) => {
      standIn(directory, 'debugfs', 'echo "stat: Block bitmap checksum does not match bitmap" >&2');
      return statExt({ imagePath: 'base.img', offsetBytes: 0 }, ['/etc']);
    },
  },
  'ext-write-failed.damaged': {
    when: 'debugfs cannot write the root filesystem of an image. The lines below are its own.',
    provoke: (directory) => {
      standIn(directory, 'debugfs', 'echo "write: Block bitmap checksum does not match bitmap" >&2');
      return writeExt({ imagePath: 'base.img', offsetBytes: 0 }, '', { undoPath: 'undo', seconds: 0 });
    },
  },
  'packer-failed.template': {
    when: 'Packer failed. The lines below are its own.',
    provoke: (directory) => {
      standIn(directory, 'packer', 'echo "Error: Failed to prepare build: x86"; exit 1');
      const { version } = parsePackerVersion('Packer v1.6.6') ?? {};
      return validateWithPacker({
        folder: directory,
        builder: 'bios',
        version: { version: version ?? '', hasInit: false, isKnown: true },
        title: 'x86',
        consoleLog: join(directory, 'console.log'),
        progress: silentProgress,
      });
    },
  },
  'packer-results.none': {
    when: 'Packer ended well, but made no image.',
    provoke: (directory) => takePackerResults(directory, 'x86', 'bios'),
  },
  'packer-unknown.old': {
    when: 'Packer is too old to read the template.',
    provoke: (directory) => {
      standIn(directory, 'packer', 'echo "Packer v1.3.4"');
      return examinePacker();
    },
  },
};
