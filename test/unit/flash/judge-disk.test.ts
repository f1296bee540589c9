import { describe, expect, it } from 'vitest';
import { judgeDisk, type JudgeOptions, type LivingPath } from '../../../builder/flash/judge-disk.ts';
import { diskOf, disksOf, mountLine, type RecordedMachine } from './support/machine.ts';
import {
  eMmc,
  nvme,
  oldLsblk,
  scsiDebug,
  sdSlot,
  stickWith,
  twoReaders,
  usbStick,
} from './support/recorded-lsblk.ts';

const root = mountLine(20, 1, '254:0', '/');

function judge(
  machine: RecordedMachine,
  name: string,
  options: JudgeOptions = {},
  living: readonly LivingPath[] = [],
) {
  const verdict = judgeDisk(diskOf(machine, name), living, options);
  return verdict.kind === 'refused'
    ? verdict.reasons.map(({ id, message }) => `${id}: ${message}`)
    : verdict.unmount.map(({ mountPoint }) => `unmount ${mountPoint}`);
}

describe('disks as lsblk shows them', () => {
  it('may be written: a stick on USB, a card in a slot of its own', () => {
    expect(judge(usbStick, 'sda')).toEqual([]);
    expect(judge(oldLsblk, 'sda')).toEqual([]);
    expect(judge(sdSlot, 'mmcblk0')).toEqual([]);
  });

  it('are the same from an lsblk that prints texts for everything', () => {
    expect(diskOf(oldLsblk, 'sda')).toEqual(diskOf(usbStick, 'sda'));
  });

  it.each([
    [eMmc, 'mmcblk0'],
    [scsiDebug, 'sdb'],
  ])('are refused when they are built in, unless that is wanted', (machine, name) => {
    expect(judge(machine, name)).toEqual([`disk-not-removable: /dev/${name} is built into this computer`]);
    expect(judge(machine, name, { allowFixed: true })).toEqual([]);
  });

  it('are refused when they are large, unless that is wanted, too', () => {
    expect(judge(nvme, 'nvme0n1')).toEqual([
      'disk-not-removable: /dev/nvme0n1 is built into this computer',
      'disk-too-large: /dev/nvme0n1 has 500 GB, more than a card usually has',
    ]);
    expect(judge(nvme, 'nvme0n1', { allowFixed: true, allowLarge: true })).toEqual([]);
    const usual = { ...usbStick, sysfs: { sda: { isRemovable: true, sizeBytes: 256 * 1024 ** 3 } } };
    expect(judge(usual, 'sda')).toEqual([]);
  });

  it('tells a slot without a card, by its size or by its refusal to open', () => {
    expect(judge(twoReaders, 'sdd')).toEqual(['disk-empty-slot: /dev/sdd is a slot without a card']);
    expect(judge({ ...usbStick, claim: 'no-medium' }, 'sda')).toEqual([
      'disk-empty-slot: /dev/sda is a slot without a card',
    ]);
  });

  it('does not list boot areas of eMMC, memory, CD drives, and devices without a medium that have none', () => {
    const others = [
      { name: 'zram0', kname: 'zram0', 'maj:min': '253:0', type: 'disk' },
      { name: 'sr0', kname: 'sr0', 'maj:min': '11:0', type: 'rom' },
      { name: 'nbd0', kname: 'nbd0', 'maj:min': '43:0', type: 'disk' },
      { name: 'loop0', kname: 'loop0', 'maj:min': '7:0', type: 'loop' },
      { name: 'nvme0c0n1', kname: 'nvme0c0n1', 'maj:min': '259:7', type: 'disk' },
    ];
    const sysfs = { nbd0: { sizeBytes: 0 }, loop0: { sizeBytes: 0 }, nvme0c0n1: { isHidden: true } };
    expect([...disksOf({ lsblk: stickWith([], others), sysfs }).keys()]).toEqual(['sda']);
    expect([...disksOf(eMmc).keys()]).toEqual(['mmcblk0']);
  });

  it('is gone when it was pulled out meanwhile', () => {
    expect(judge({ ...usbStick, claim: 'gone' }, 'sda')).toEqual([
      'disk-gone: /dev/sda is not there any more',
    ]);
  });
});

describe('disks with something on them', () => {
  const part = { name: 'sda1', kname: 'sda1', 'maj:min': '8:1', type: 'part', pkname: 'sda' };
  const sysfs = { sda: { isRemovable: true } };

  it('are unmounted first, where a desktop has mounted them; the last mount first', () => {
    const mountinfo = [
      root,
      mountLine(30, 20, '8:1', String.raw`/media/me/my\040photos`, 'vfat'),
      mountLine(31, 20, '8:1', '/run/media/me/again', 'vfat'),
    ].join('\n');
    expect(judge({ ...usbStick, mountinfo }, 'sda')).toEqual([
      'unmount /run/media/me/again',
      'unmount /media/me/my photos',
    ]);
  });

  it.each(['/srv/photos', '/mnt', '/media', '/home/me/card', '/mnt2/card'])(
    'are refused when mounted at %s',
    (point) => {
      const mountinfo = [root, mountLine(30, 20, '8:1', point, 'vfat')].join('\n');
      expect(judge({ ...usbStick, mountinfo }, 'sda')).toEqual([
        `disk-mounted: /dev/sda1 is mounted at ${point}`,
      ]);
    },
  );

  it.each([
    [
      'crypt',
      'dm-0',
      'disk-mapped: /dev/dm-0 (crypt) is made of /dev/sda',
      'crypto_LUKS',
      'an encrypted disk (LUKS)',
    ],
    ['lvm', 'dm-1', 'disk-mapped: /dev/dm-1 (lvm) is made of /dev/sda', 'LVM2_member', 'an LVM volume group'],
    ['raid1', 'md0', 'disk-mapped: /dev/md0 (raid1) is made of /dev/sda', 'linux_raid_member', 'a RAID'],
  ])(
    'are refused with %s on them, also when that is mounted by a desktop',
    (type, name, mapped, fstype, what) => {
      const child = { name: 'secret', kname: name, 'maj:min': '252:0', type, pkname: 'sda1' };
      const lsblk = stickWith([{ ...part, fstype, children: [child] }]);
      const mountinfo = [root, mountLine(30, 20, '252:0', '/media/me/secret')].join('\n');
      const reasons = [mapped, `disk-member: /dev/sda1 belongs to ${what}`];
      expect(judge({ lsblk, sysfs, mountinfo }, 'sda')).toEqual(reasons);
      expect(judge({ lsblk, sysfs }, 'sda')).toEqual(reasons);
    },
  );

  it('are refused when they are a part of something that does not run', () => {
    for (const [fstype, what] of [
      ['zfs_member', 'a ZFS pool'],
      ['isw_raid_member', 'a RAID'],
      ['VMFS_volume_member', 'a volume of several disks (VMFS_volume_member)'],
      ['BitLocker', 'an encrypted disk (BitLocker)'],
    ]) {
      expect(judge({ lsblk: stickWith([{ ...part, fstype }]), sysfs }, 'sda')).toEqual([
        `disk-member: /dev/sda1 belongs to ${what}`,
      ]);
    }
  });

  it('follow a volume over several disks through holders that lsblk does not show', () => {
    const others = [{ name: 'dm-3', kname: 'dm-3', 'maj:min': '252:3', type: 'lvm' }];
    const machine = {
      lsblk: stickWith([part], others),
      sysfs: { ...sysfs, 'dm-3': { parents: ['sdz', 'sda1'] } },
    };
    expect(judge(machine, 'sda')).toEqual(['disk-mapped: /dev/dm-3 (lvm) is made of /dev/sda']);
  });

  it('are refused when a swap lies at the end of a mapped device on them', () => {
    const child = { name: 'vg-swap', kname: 'dm-0', 'maj:min': '252:0', type: 'lvm' };
    const machine = {
      ...{ lsblk: stickWith([{ ...part, children: [child] }]), sysfs },
      swaps:
        'Filename\tType\tSize\tUsed\tPriority\n/dev/dm-0                               partition\t1\t0\t-2\n',
      places: { '/dev/dm-0': { deviceNumber: '252:0' } },
    };
    expect(judge(machine, 'sda')[0]).toBe('disk-swap: /dev/sda holds swap space in use (/dev/dm-0)');
  });

  it('are refused when the running system lies on them, and nothing else is told of that', () => {
    const mountinfo = [mountLine(20, 1, '8:1', '/'), mountLine(21, 20, '0:5', '/proc', 'proc')].join('\n');
    const living = [
      { what: 'the running system', path: '/', number: '8:1', isSystem: true },
      { what: 'the cache', path: '/root/.cache/dlimage', number: '8:1', isSystem: false },
    ];
    expect(judge({ lsblk: stickWith([part]), sysfs, mountinfo }, 'sda', {}, living)).toEqual([
      'disk-holds-system: /dev/sda carries the running system (/)',
    ]);
  });

  it.each(['UUID=ab-12', 'PARTUUID=0A1B2C3D-01', 'LABEL=writable', '/dev/sda1'])(
    'are refused when the kernel was started with root=%s, which a live system may have hidden',
    (kernelRoot) => {
      const named = { ...part, uuid: 'AB-12', partuuid: '0a1b2c3d-01', label: 'writable' };
      expect(judge({ lsblk: stickWith([named]), sysfs, kernelRoot }, 'sda')).toEqual([
        'disk-holds-system: /dev/sda carries the running system (root= of the kernel names it)',
      ]);
    },
  );

  it('are found below the overlay that a live system has for its root', () => {
    const mountinfo = [
      mountLine(
        20,
        1,
        '0:30',
        '/',
        'overlay',
        'overlay',
        'rw,lowerdir=/run/live/rootfs,upperdir=/run/live/cow/upper,workdir=/run/live/cow/work',
      ),
      mountLine(21, 20, '0:31', '/run', 'tmpfs', 'tmpfs'),
      mountLine(22, 21, '8:1', '/run/live/cow'),
    ].join('\n');
    const places = { '/run/live/cow/upper': {}, '/run/live/rootfs': {} };
    const living = [{ what: 'the running system', path: '/', number: '0:30', isSystem: true }];
    expect(judge({ lsblk: stickWith([part]), sysfs, mountinfo, places }, 'sda', {}, living)).toEqual([
      'disk-holds-system: /dev/sda carries the running system (/)',
    ]);
  });

  it('are told from a file server whose path has the name of a folder on them', () => {
    const mountinfo = [
      root,
      mountLine(30, 20, '8:1', '/media/me/card'),
      mountLine(31, 20, '0:44', '/home/nas', 'nfs4', 'nas:/media/me/card'),
    ].join('\n');
    const places = { '/media/me/card': {} };
    expect(judge({ lsblk: stickWith([part]), sysfs, mountinfo, places }, 'sda')).toEqual([
      'unmount /media/me/card',
    ]);
  });

  it('know a btrfs by its members: mountinfo names one of them, under a number of its own', () => {
    const mountinfo = [root, mountLine(30, 20, '0:40', '/media/me/data', 'btrfs', '/dev/sda1')].join('\n');
    const places = { '/dev/sda1': { deviceNumber: '8:1' } };
    const lsblk = stickWith([{ ...part, fstype: 'btrfs', uuid: 'u' }]);
    expect(judge({ lsblk, sysfs, mountinfo, places, btrfs: [['sda1']] }, 'sda')).toEqual([
      'unmount /media/me/data',
    ]);
    const other = { name: 'sdb', kname: 'sdb', 'maj:min': '8:16', type: 'disk', fstype: 'btrfs', uuid: 'u' };
    const two = {
      lsblk: stickWith([{ ...part, fstype: 'btrfs', uuid: 'u' }], [other]),
      sysfs,
      mountinfo,
      places,
    };
    const shared = 'shares a btrfs with';
    expect(judge({ ...two, btrfs: [['sda1', 'sdb']] }, 'sda')).toEqual([
      `disk-btrfs-several: /dev/sda ${shared} /dev/sdb`,
    ]);
    expect(judge({ ...two, btrfs: [['sda1', 'sdb']] }, 'sdb')).toContain(
      `disk-btrfs-several: /dev/sdb ${shared} /dev/sda1`,
    );
    expect(judge({ ...two, mountinfo: root }, 'sda')).toEqual([
      `disk-btrfs-several: /dev/sda ${shared} /dev/sdb`,
    ]);
    const lost = { lsblk, sysfs: { ...sysfs, sda1: { btrfsDevices: 2 } } };
    expect(judge(lost, 'sda')).toEqual([`disk-btrfs-several: /dev/sda ${shared} other devices`]);
  });

  it('are refused when something holds them that is not shown, and only then', () => {
    expect(judge({ ...usbStick, claim: 'held' }, 'sda')).toEqual([
      'disk-held: /dev/sda is in use by something that this computer does not show',
    ]);
    const mountinfo = [root, mountLine(30, 20, '8:1', '/media/me/card', 'vfat')].join('\n');
    expect(judge({ ...usbStick, claim: 'held', mountinfo }, 'sda')).toEqual(['unmount /media/me/card']);
    expect(judge({ ...usbStick, claim: 'unknown' }, 'sda')).toEqual([]);
  });

  it('are not taken for others whose name begins alike', () => {
    const others = [{ name: 'sdaa', kname: 'sdaa', 'maj:min': '65:160', type: 'disk', tran: 'usb' }];
    const mountinfo = [root, mountLine(30, 20, '65:160', '/srv')].join('\n');
    const machine = { lsblk: stickWith([part], others), sysfs, mountinfo };
    expect(judge(machine, 'sda')).toEqual([]);
    expect(judge(machine, 'sdaa')).toEqual(['disk-mounted: /dev/sdaa is mounted at /srv']);
  });
});

describe('every reason', () => {
  it('is one sentence without a full stop, with a remedy', () => {
    const tiny = { ...usbStick, sysfs: { sda: { sizeBytes: 8192, sectorBytes: 4096, isReadOnly: true } } };
    const verdict = judgeDisk(diskOf(tiny, 'sda'), [], { neededBytes: 1e6 });
    if (verdict.kind !== 'refused') throw new Error('it is not refused');
    expect(verdict.reasons.map(({ id }) => id)).toEqual([
      'disk-read-only',
      'disk-large-sectors',
      'disk-too-small',
    ]);
    for (const { message, remedy } of verdict.reasons) {
      expect(message).toMatch(/^\/dev\/sda .*[^.]$/);
      expect(remedy).toMatch(/^[a-z].*[^.]$/);
    }
  });
});
