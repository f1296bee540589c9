import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JudgeOptions, LivingPath, ReasonId } from '../../../builder/flash/judge-disk.ts';
import { run } from '../../image/support/programs.ts';
import type { DiskRig } from './disk-rig.ts';

const mebibyte = 1024 * 1024;

/** A disk that must not be written: how it comes about, how another program sees it, and why we refuse it. */
export interface WrongDisk {
  /** Brings it about, and says which disk it is. */
  readonly bring: (rig: DiskRig) => Promise<Situation> | Situation;
  readonly because: ReasonId;
}

interface Situation {
  readonly disk: string;
  /** What another program says, and what must be in it: else there is nothing to refuse. */
  readonly proof: readonly [said: string, expected: string | RegExp];
  readonly living?: readonly Omit<LivingPath, 'number'>[];
  readonly options?: JudgeOptions;
}

const said = (program: string, args: readonly string[]): string => run(program, args).toString();
const mounts = (device: string): string => said('findmnt', ['-rno', 'TARGET', '--source', device]);
/** What a program gets that wants a device for itself alone. */
const claimed = (device: string): string =>
  said('python3', [
    '-c',
    'import os, sys\ntry: os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL); print("free")\nexcept OSError as e: print(e.strerror)',
    device,
  ]);
/** Says `ready`, and keeps its folder in use until it is killed. */
const stay = ['-c', 'echo ready; exec sleep 600'];
const libblkid = (device: string): string => said('blkid', ['-p', '-o', 'export', device]);

function own(what: string, path: string, isSystem = false): Omit<LivingPath, 'number'> {
  return { what, path, isSystem };
}

/** A card that a desktop has mounted. */
function mountedCard(rig: DiskRig, parent = '/mnt'): { disk: string; partition: string; point: string } {
  const card = rig.card('card.img');
  const point = rig.folder(parent);
  rig.mount(card.partition, point);
  return { ...card, point };
}

function withBytes(name: string, write: (file: string) => void) {
  return (rig: DiskRig): string => {
    const file = rig.file(name, 64 * mebibyte);
    write(file);
    return rig.attach(file);
  };
}

const poke = (file: string, offset: number, bytes: Buffer): void => {
  run('dd', [`of=${file}`, 'bs=1', `seek=${offset}`, 'conv=notrunc', 'status=none'], bytes);
};

export const mountedDisks: Readonly<Record<string, WrongDisk>> = {
  'a partition is mounted elsewhere': {
    because: 'disk-mounted',
    bring(rig) {
      const { disk, partition, point } = mountedCard(rig, rig.scratch);
      return { disk, proof: [mounts(partition), point] };
    },
  },
  'it is mounted as a whole, without a table': {
    because: 'disk-mounted',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 32 * mebibyte));
      run('mke2fs', ['-q', '-F', disk]);
      const point = rig.folder(rig.scratch);
      rig.mount(disk, point);
      return { disk, proof: [mounts(disk), point] };
    },
  },
  'a partition is mounted elsewhere, only for reading': {
    because: 'disk-mounted',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const point = rig.folder(rig.scratch);
      rig.mount(partition, point, ['-o', 'ro']);
      return { disk, proof: [said('findmnt', ['-rno', 'OPTIONS', '--source', partition]), /^ro/] };
    },
  },
  'a partition is mounted at a place with a space in its name': {
    because: 'disk-mounted',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const point = join(rig.folder(rig.scratch), 'my card');
      mkdirSync(point);
      rig.mount(partition, point);
      return { disk, proof: [said('findmnt', ['-no', 'TARGET', '--source', partition]), 'my card'] };
    },
  },
  'a partition is mounted below /mnt and elsewhere': {
    because: 'disk-mounted',
    bring(rig) {
      const { disk, partition } = mountedCard(rig);
      const point = rig.folder(rig.scratch);
      rig.mount(partition, point);
      return { disk, proof: [mounts(partition), point] };
    },
  },
  'a folder of it is bound to another place': {
    because: 'disk-mounted',
    bring(rig) {
      const { disk, partition, point } = mountedCard(rig);
      const other = rig.folder(rig.scratch);
      rig.mount(join(point, 'lost+found'), other, ['--bind']);
      return { disk, proof: [said('findmnt', ['-rno', 'SOURCE', other]), `${partition}[/lost+found]`] };
    },
  },
  'a folder of it is bound to a place below /mnt': {
    because: 'disk-mounted',
    bring(rig) {
      const { disk, partition, point } = mountedCard(rig);
      const other = rig.folder('/mnt');
      rig.mount(join(point, 'lost+found'), other, ['--bind']);
      return { disk, proof: [said('findmnt', ['-rno', 'SOURCE', other]), `${partition}[/lost+found]`] };
    },
  },
  'another filesystem is mounted within it': {
    because: 'disk-mount-covered',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const within = rig.folder(point);
      rig.mount('tmpfs', within, ['-t', 'tmpfs']);
      return { disk, proof: [said('findmnt', ['-rno', 'FSTYPE', within]), 'tmpfs'] };
    },
  },
  'another filesystem is mounted over it, and would be unmounted in its place': {
    because: 'disk-mount-covered',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      rig.mount('tmpfs', point, ['-t', 'tmpfs']);
      return { disk, proof: [said('stat', ['-f', '-c', '%T', point]), 'tmpfs'] };
    },
  },
  'it was unmounted lazily while somebody is inside': {
    because: 'disk-held',
    async bring(rig) {
      const { disk, partition, point } = mountedCard(rig);
      await rig.start('sh', stay, point);
      rig.unmount(point, ['--lazy']);
      const seen = run('sh', ['-c', 'findmnt -rno TARGET --source "$1" || true', 'sh', partition]).toString();
      return { disk, proof: [`${seen}${claimed(disk)}`, /^Device or resource busy\n$/] };
    },
  },
  'it is mounted where only a container sees it': {
    because: 'disk-held',
    async bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const point = rig.folder(rig.scratch);
      const script = 'mount "$1" "$2" && echo ready && exec sleep 600';
      await rig.start('unshare', ['--mount', 'sh', '-c', script, 'sh', partition, point]);
      const seen = run('sh', ['-c', 'findmnt -rno TARGET --source "$1" || true', 'sh', partition]).toString();
      return { disk, proof: [`${seen}${claimed(disk)}`, /^Device or resource busy\n$/] };
    },
  },
  'a program has it for itself': {
    because: 'disk-held',
    async bring(rig) {
      const { disk } = rig.card('card.img');
      const script =
        'import os, sys, time\nos.open(sys.argv[1], os.O_RDONLY | os.O_EXCL)\nprint("ready", flush=True)\ntime.sleep(600)';
      await rig.start('python3', ['-c', script, disk]);
      return { disk, proof: [claimed(disk), 'Device or resource busy'] };
    },
  },
};

export const builtOnDisks: Readonly<Record<string, WrongDisk>> = {
  'a partition is swap': {
    because: 'disk-swap',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      rig.swapOn(partition);
      return { disk, proof: [said('swapon', ['--show=NAME', '--noheadings']), partition] };
    },
  },
  'it is swap as a whole': {
    because: 'disk-swap',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 32 * mebibyte));
      rig.swapOn(disk);
      return { disk, proof: [said('swapon', ['--show=NAME', '--noheadings']), disk] };
    },
  },
  'a file of it is swap': {
    because: 'disk-swap',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const file = join(point, 'swapfile');
      run('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', 'count=4', 'status=none']);
      run('chmod', ['600', file]);
      rig.swapOn(file);
      return { disk, proof: [said('swapon', ['--show=NAME,TYPE', '--noheadings']), /swapfile +file/] };
    },
  },
  'a loop device lies on its partition': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const loop = rig.attach(partition);
      return {
        disk,
        proof: [said('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE', loop]), partition],
      };
    },
  },
  'a loop device lies on its partition, and is mounted': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const loop = rig.attach(partition);
      const point = rig.folder('/mnt');
      rig.mount(loop, point);
      // Nothing but the name of its file leads to the disk: it can be had alone.
      return { disk, proof: [`${claimed(disk)}${mounts(loop)}`, new RegExp(`^free\\n${point}`)] };
    },
  },
  'a loop device lies on all of it': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk } = rig.card('card.img');
      const loop = rig.attach(disk, ['--offset', String(mebibyte)]);
      return { disk, proof: [said('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE', loop]), disk] };
    },
  },
  'a loop device lies on a node of it with another name': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const node = join(rig.scratch, 'node');
      run('cp', ['--archive', partition, node]);
      const loop = rig.attach(node);
      return { disk, proof: [said('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE', loop]), node] };
    },
  },
  'a loop device lies on a file of it': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const loop = rig.attach(fileOn(point));
      return { disk, proof: [said('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE', loop]), point] };
    },
  },
  'a loop device lies on a file of it that was deleted': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const file = fileOn(point);
      const loop = rig.attach(file);
      run('rm', [file]);
      return {
        disk,
        proof: [said('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE', loop]), '(deleted)'],
      };
    },
  },
  'a loop device lies on a file of a loop device on a file of it': {
    because: 'disk-loop-on-it',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const first = rig.attach(fileOn(point));
      run('mke2fs', ['-q', '-F', first]);
      const inner = rig.folder('/mnt');
      rig.mount(first, inner);
      const second = rig.attach(fileOn(inner, mebibyte));
      return { disk, proof: [said('losetup', ['--list', '--noheadings', '-O', 'BACK-FILE', second]), inner] };
    },
  },
  'an overlay has it below': {
    because: 'disk-overlaid',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const where = overlay(rig, `lowerdir=${point}:/usr/share/doc`);
      return { disk, proof: [said('findmnt', ['-rno', 'OPTIONS', where]), point] };
    },
  },
  'an overlay writes to it': {
    because: 'disk-overlaid',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      for (const name of ['upper', 'work']) mkdirSync(join(point, name));
      const where = overlay(rig, `lowerdir=/usr/share/doc,upperdir=${point}/upper,workdir=${point}/work`);
      return { disk, proof: [said('findmnt', ['-rno', 'OPTIONS', where]), `upperdir=${point}/upper`] };
    },
  },
  'an overlay lies over an overlay over it': {
    because: 'disk-overlaid',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const first = overlay(rig, `lowerdir=${point}:/usr/share/doc`);
      const second = overlay(rig, `lowerdir=${first}:/usr/share/doc`);
      return { disk, proof: [said('findmnt', ['-rno', 'OPTIONS', second]), first] };
    },
  },
  'it is encrypted': member('disk-member', 'TYPE=crypto_LUKS', (file) => {
    const header = Buffer.alloc(592);
    header.write('LUKS\xba\xbe\x00\x01aes', 'latin1');
    poke(file, 0, header);
  }),
  'it belongs to an LVM': member('disk-member', 'TYPE=LVM2_member', (file) => poke(file, 512, lvmLabel())),
  'it belongs to a RAID': member('disk-member', 'TYPE=linux_raid_member', (file) =>
    poke(file, 4096, raidSuperblock(8)),
  ),
  'it belongs to a RAID that is written at its end': member(
    'disk-member',
    'TYPE=linux_raid_member',
    (file) => {
      const sector = 64 * 2048 - 16;
      poke(file, sector * 512, raidSuperblock(sector));
    },
  ),
  'it belongs to a ZFS pool': member('disk-member', 'TYPE=zfs_member', (file) => {
    const uberblock = Buffer.alloc(1024);
    uberblock.writeBigUInt64LE(0xbab10cn);
    uberblock.writeBigUInt64LE(5000n, 8);
    poke(file, 128 * 1024, Buffer.concat(Array.from({ length: 128 }, () => uberblock)));
  }),
};

export const livingDisks: Readonly<Record<string, WrongDisk>> = {
  'the running system lies on it': {
    because: 'disk-holds-system',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      return { disk, proof: onDisk(point), living: [own('the running system', point, true)] };
    },
  },
  'the current folder lies on it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const before = process.cwd();
      rig.onCleanUp(() => process.chdir(before));
      process.chdir(point);
      return {
        disk,
        proof: onDisk(`/proc/${process.pid}/cwd`),
        living: [own('the current folder', process.cwd())],
      };
    },
  },
  'the image to be flashed lies on it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const image = fileOn(point);
      return { disk, proof: onDisk(image), living: [own('the image', image)] };
    },
  },
  'the image to be flashed is a link to a file of it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const link = join(rig.scratch, 'image.img');
      symlinkSync(fileOn(point), link);
      return { disk, proof: [said('readlink', ['-f', link]), point], living: [own('the image', link)] };
    },
  },
  'the image to be flashed is the disk itself': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk } = rig.card('card.img');
      return {
        disk,
        proof: [said('stat', ['-c', '%F', disk]), 'block special file'],
        living: [own('the image', disk)],
      };
    },
  },
  'the image to be flashed is a partition of it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, partition } = rig.card('card.img');
      const proof = [said('lsblk', ['-rno', 'PKNAME', partition]), disk.slice(5)] as const;
      return { disk, proof, living: [own('the image', partition)] };
    },
  },
  'the cache lies on it, behind a link': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const link = join(rig.scratch, 'cache');
      symlinkSync(point, link);
      return {
        disk,
        proof: [said('readlink', ['-f', link]), point],
        living: [own('the cache', join(link, 'dlimage'))],
      };
    },
  },
  'the output folder will be made on it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      return { disk, proof: onDisk(point), living: [own('the output folder', join(point, 'out/pi3'))] };
    },
  },
  'the cache lies on an overlay over it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const where = overlay(rig, `lowerdir=${point}:/usr/share/doc`);
      const proof = [said('findmnt', ['-rno', 'OPTIONS', where]), point] as const;
      return { disk, proof, living: [own('the cache', where)] };
    },
  },
  'the cache lies on a loop device on a file of it': {
    because: 'disk-holds-files',
    bring(rig) {
      const { disk, point } = mountedCard(rig);
      const loop = rig.attach(fileOn(point));
      run('mke2fs', ['-q', '-F', loop]);
      const inner = rig.folder('/mnt');
      rig.mount(loop, inner);
      return { disk, proof: [mounts(loop), inner], living: [own('the cache', inner)] };
    },
  },
};

export const unfitDisks: Readonly<Record<string, WrongDisk>> = {
  'it was attached as read-only': {
    because: 'disk-read-only',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', mebibyte), ['--read-only']);
      return { disk, proof: [said('blockdev', ['--getro', disk]), '1'] };
    },
  },
  'it was made read-only later': {
    because: 'disk-read-only',
    bring(rig) {
      const { disk } = rig.card('card.img');
      run('blockdev', ['--setro', disk]);
      // The kernel would keep it for whatever is attached there next.
      rig.onCleanUp(() => run('blockdev', ['--setrw', disk]));
      return { disk, proof: [said('blockdev', ['--getro', disk]), '1'] };
    },
  },
  'its sectors have 4096 bytes': {
    because: 'disk-large-sectors',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 32 * mebibyte), ['--sector-size', '4096']);
      return { disk, proof: [said('blockdev', ['--getss', disk]), '4096'] };
    },
  },
  'it is one sector too small': {
    because: 'disk-too-small',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 32 * mebibyte - 512));
      const proof = [said('blockdev', ['--getsize64', disk]), String(32 * mebibyte - 512)] as const;
      return { disk, proof, options: { neededBytes: 32 * mebibyte } };
    },
  },
  'it has 300 GiB': {
    because: 'disk-too-large',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 300 * 1024 ** 3));
      return { disk, proof: [said('blockdev', ['--getsize64', disk]), String(300 * 1024 ** 3)] };
    },
  },
  'it has no size': {
    because: 'disk-empty-slot',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 0));
      return { disk, proof: [said('blockdev', ['--getsize64', disk]), /^0\n$/] };
    },
  },
  'it is a loop device, and not in a test': {
    because: 'disk-is-loop',
    bring(rig) {
      const { disk } = rig.card('card.img');
      return { disk, proof: [said('lsblk', ['-dno', 'TYPE', disk]), 'loop'], options: { allowLoop: false } };
    },
  },
};

export const btrfsDisks: Readonly<Record<string, WrongDisk>> = {
  'a btrfs lies over it and another disk': {
    because: 'disk-btrfs-several',
    bring(rig) {
      const [disk, other] = btrfsPair(rig);
      return { disk, proof: [said('btrfs', ['filesystem', 'show', other]), /Total devices 2/] };
    },
  },
  'a btrfs over it and another disk is mounted, by the name of the other': {
    because: 'disk-btrfs-several',
    bring(rig) {
      const [disk, other] = btrfsPair(rig);
      const point = rig.folder('/mnt');
      rig.mount(other, point);
      return { disk, proof: [said('btrfs', ['filesystem', 'show', point]), disk] };
    },
  },
  'its btrfs has lost the other disk': {
    because: 'disk-btrfs-several',
    bring(rig) {
      const [disk, other] = btrfsPair(rig);
      rig.detach(other);
      return { disk, proof: [said('btrfs', ['inspect-internal', 'dump-super', disk]), /num_devices\s+2/] };
    },
  },
};

function btrfsPair(rig: DiskRig): [string, string] {
  const [one, other] = [rig.file('one.img', 128 * mebibyte), rig.file('other.img', 128 * mebibyte)];
  const devices: [string, string] = [rig.attach(one), rig.attach(other)];
  run('mkfs.btrfs', ['-q', '-f', ...devices]);
  return devices;
}

function fileOn(point: string, sizeBytes = 8 * mebibyte): string {
  const file = join(point, 'image.img');
  writeFileSync(file, '');
  run('truncate', ['-s', String(sizeBytes), file]);
  return file;
}

function overlay(rig: DiskRig, options: string): string {
  const where = rig.folder('/mnt');
  rig.mount('overlay', where, ['-t', 'overlay', '-o', options]);
  return where;
}

/** By stat: the filesystem that something lies on is that of a loop device. */
function onDisk(path: string): readonly [string, RegExp] {
  return [
    said('findmnt', ['-no', 'SOURCE', '--target', said('readlink', ['-f', path]).trim()]),
    /^\/dev\/loop\d+p1/,
  ];
}

function member(because: ReasonId, expected: string, write: (file: string) => void): WrongDisk {
  const attach = withBytes('member.img', write);
  return {
    because,
    bring(rig) {
      const disk = attach(rig);
      return { disk, proof: [libblkid(disk), expected] };
    },
  };
}

/** Source: lib/format_text/layout.h of LVM2: label_header with its checksum, and a pv_header. */
function lvmLabel(): Buffer {
  const label = Buffer.alloc(512);
  label.write('LABELONE', 0, 'latin1');
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24, 'latin1');
  label.write('0123456789abcdefghijklmnopqrstuv', 32, 'latin1');
  label.writeUInt32LE(lvmChecksum(label.subarray(20)), 16);
  return label;
}

/** CRC-32 without its last inversion, from a start of its own. */
function lvmChecksum(bytes: Buffer): number {
  let value = 0xf597a6cf;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value >>> 0;
}

/** Source: md_p.h of Linux: mdp_superblock_1 with its checksum, which lies at this sector. */
function raidSuperblock(sector: number): Buffer {
  const superblock = Buffer.alloc(256);
  superblock.writeUInt32LE(0xa92b4efc, 0);
  superblock.writeUInt32LE(1, 4);
  superblock.fill(7, 16, 32);
  superblock.write('test:0', 32, 'latin1');
  superblock.writeUInt32LE(2, 0x5c);
  superblock.writeBigUInt64LE(BigInt(sector), 0x90);
  let sum = 0n;
  for (let offset = 0; offset < 256; offset += 4) sum += BigInt(superblock.readUInt32LE(offset));
  superblock.writeUInt32LE(Number(((sum & 0xffffffffn) + (sum >> 32n)) & 0xffffffffn), 0xd8);
  return superblock;
}
