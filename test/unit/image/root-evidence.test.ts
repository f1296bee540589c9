import { describe, expect, it } from 'vitest';
import type { ImagePartition } from '../../../builder/image/layout.ts';
import { isDevice, rootInCommandLine, rootInFstab } from '../../../builder/image/root-evidence.ts';

const partition: ImagePartition = {
  number: 2,
  offsetBytes: 0,
  sizeBytes: 1,
  type: '83',
  name: 'root fs',
  partuuid: '0a1b2c3d-02',
  filesystem: {
    kind: 'ext4',
    label: 'writable',
    uuid: 'b0a5e7c4-0000-4000-8000-000000000001',
    sizeBytes: 1,
    freeBytes: 1,
  },
};

describe('what an image says of its root', () => {
  it('is in its fstab', () => {
    expect(rootInFstab('# LABEL=no / ext4\nproc /proc proc\n\tLABEL=writable\t/ ext4 defaults 0 1\n')).toBe(
      'LABEL=writable',
    );
    expect(rootInFstab('LABEL=system-boot /boot/firmware vfat\n')).toBeUndefined();
  });

  it('is on its command line, where the last one counts', () => {
    expect(
      rootInCommandLine('console=tty1 root=/dev/sda1 xroot=no root=PARTUUID=0a1b2c3d-02 rootwait\n'),
    ).toBe('PARTUUID=0a1b2c3d-02');
    expect(rootInCommandLine('console=tty1 rootwait')).toBeUndefined();
  });

  it.each([
    'LABEL=writable',
    'LABEL="writable"',
    'UUID=B0A5E7C4-0000-4000-8000-000000000001',
    'PARTUUID=0A1B2C3D-02',
    'PARTLABEL="root fs"',
    '/dev/mmcblk0p2',
    '/dev/sda2',
    '/dev/nvme0n1p2',
  ])('%s is the partition', (spec) => {
    expect(isDevice(spec, partition)).toBe(true);
  });

  it.each([
    'LABEL=Writable',
    'LABEL=',
    'UUID=',
    'PARTUUID=0a1b2c3d-03',
    '/dev/sda12',
    '/dev/sda',
    '/dev/mapper/root',
    'tmpfs',
  ])('%s is not', (spec) => {
    expect(isDevice(spec, partition)).toBe(false);
  });
});
