import { describe, expect, it } from 'vitest';
import { describeDisk, formatDisk } from '../../../builder/flash/describe-disk.ts';
import { formatCardSize } from '../../../builder/flash/format-card-size.ts';
import type { DiskContents } from '../../../builder/flash/read-contents.ts';
import { diskOf, mountLine, type RecordedMachine } from './support/machine.ts';
import { eMmc, nvme, oldLsblk, scsiDebug, sdSlot, twoReaders, usbStick } from './support/recorded-lsblk.ts';

function line(machine: RecordedMachine, name: string): string {
  return formatDisk(describeDisk(diskOf(machine, name), null));
}

describe('a disk in words', () => {
  it('has model, size, bus, slot and serial number, as far as they are known', () => {
    expect(line(usbStick, 'sda')).toBe(
      '/dev/sda: SanDisk Ultra Fit, 32 GB, USB, slot 1-2, 2:0:0:0, serial 4C530001',
    );
    expect(line(oldLsblk, 'sda')).toBe(line(usbStick, 'sda'));
    expect(line(sdSlot, 'mmcblk0')).toBe(
      '/dev/mmcblk0: QEMU!, 32 GB, card slot, slot mmc0, serial aa585451454d5521',
    );
    expect(line(eMmc, 'mmcblk0')).toContain('eMMC');
    expect(line(nvme, 'nvme0n1')).toBe('/dev/nvme0n1: SSD 980, 500 GB, NVMe, serial S64');
    expect(line(scsiDebug, 'sdb')).toBe('/dev/sdb: Linux scsi_debug, 32 GB, scsi, slot 3:0:0:0');
    expect(line(twoReaders, 'sdd')).toContain(', no card, USB, slot 1-3, 4:0:0:1,');
  });

  it.each([
    [512, '512 bytes'],
    [536_870_912, '537 MB'],
    [31_914_983_424, '31.9 GB'],
    [64e9, '64 GB'],
    [128_035_676_160, '128 GB'],
    [2_000_398_934_016, '2 TB'],
  ])('has a size as it is printed on cards: %i', (bytes, text) => {
    expect(formatCardSize(bytes)).toBe(text);
  });
});

describe('what is on a disk', () => {
  const mountinfo = [mountLine(20, 1, '254:0', '/'), mountLine(30, 20, '8:1', '/media/me/photos')].join('\n');
  const filesystem = { kind: 'ext4', label: 'photos', uuid: '', sizeBytes: null, freeBytes: null } as const;
  const slot = { number: 1, offsetBytes: 0, sizeBytes: 31e9, type: '', name: '', partuuid: '' };
  const photos = { kind: 'partitions', partitions: [{ ...slot, filesystem }] } as const;
  const marker = { node: 'pi3-2', cluster: 'home', imageSha256: '', beganSeconds: 1_796_131_200 };

  it.each<[DiskContents | null, string[]]>([
    [{ kind: 'node', node: 'pi3-2', cluster: 'home', instanceId: null }, ['pi3-2 of cluster home']],
    [{ kind: 'unfinished', marker }, ['unfinished: pi3-2 of cluster home, begun 2026-12-01 13:20 UTC']],
    [photos, ['ext4 photos (31 GB)']],
    [
      {
        kind: 'partitions',
        partitions: [{ ...slot, filesystem: { ...filesystem, kind: 'unknown', label: '' } }],
      },
      ['vfat (31 GB)'],
    ],
    [{ kind: 'empty' }, ['empty']],
    // What udev knows, where the disk may not be read.
    [null, ['vfat PHOTOS (31 GB)']],
  ])('is told: %j', (contents, words) => {
    expect(describeDisk(diskOf(usbStick, 'sda'), contents).contents).toEqual(words);
  });

  it('is told with the places where it is mounted', () => {
    const disk = diskOf({ ...usbStick, mountinfo }, 'sda');
    expect(describeDisk(disk, photos).contents).toEqual(['ext4 photos (31 GB), mounted at /media/me/photos']);
    expect(describeDisk(disk, { kind: 'node', node: 'n1', cluster: 'c', instanceId: null }).contents).toEqual(
      ['n1 of cluster c', 'mounted at /media/me/photos'],
    );
  });

  it('is unknown where nobody knows it, and nothing in an empty slot', () => {
    expect(describeDisk(diskOf(nvme, 'nvme0n1'), null).contents).toEqual([
      'contents unknown: it may not be read',
    ]);
    expect(describeDisk(diskOf(nvme, 'nvme0n1'), { kind: 'data' }).contents).toEqual([
      'data without a filesystem',
    ]);
    expect(describeDisk(diskOf(twoReaders, 'sdd'), null).contents).toEqual([]);
  });
});
