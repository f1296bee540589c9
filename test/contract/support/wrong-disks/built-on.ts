import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../image/support/programs.ts';
import {
  type WrongDisk,
  claimed,
  fileOn,
  mebibyte,
  member,
  mountedCard,
  mounts,
  overlay,
  poke,
  said,
} from './situation.ts';
import { lvmLabel, raidSuperblock } from './superblocks.ts';

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
