import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../image/support/programs.ts';
import { type WrongDisk, claimed, mebibyte, mountedCard, mounts, said, stay } from './situation.ts';

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
