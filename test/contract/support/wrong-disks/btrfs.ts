import { run } from '../../../image/support/programs.ts';
import type { DiskRig } from '../disk-rig.ts';
import { type WrongDisk, mebibyte, said } from './situation.ts';

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
