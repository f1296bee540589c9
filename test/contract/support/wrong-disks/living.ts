import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../image/support/programs.ts';
import { type WrongDisk, fileOn, mountedCard, mounts, onDisk, overlay, own, said } from './situation.ts';

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
