import type { RecordedMachine } from './machine.ts';

/** What lsblk prints, from rows with the columns that differ from null. */
function lsblk(rows: readonly object[]): string {
  return JSON.stringify({ blockdevices: rows });
}

const partition = { type: 'part', tran: null, vendor: null, model: null, serial: null, hctl: null };

/** A stick from SanDisk with one FAT, as lsblk 2.38 of a Debian 12 guest shows QEMU's usb-storage. */
export const usbStick: RecordedMachine = {
  lsblk: lsblk([
    {
      ...{ name: 'sda', kname: 'sda', 'maj:min': '8:0', type: 'disk', pkname: null, tran: 'usb' },
      ...{ subsystems: 'block:scsi:usb:pci', vendor: 'SanDisk ', model: 'Ultra Fit', serial: '4C530001' },
      ...{ hctl: '2:0:0:0', fstype: null, label: null, uuid: null, partuuid: null },
      children: [
        {
          ...partition,
          ...{
            name: 'sda1',
            kname: 'sda1',
            'maj:min': '8:1',
            pkname: 'sda',
            subsystems: 'block:scsi:usb:pci',
          },
          ...{ fstype: 'vfat', label: 'PHOTOS', uuid: '1234-ABCD', partuuid: '0a1b2c3d-01' },
        },
      ],
    },
  ]),
  sysfs: { sda: { isRemovable: true, usbPort: '1-2' }, sda1: { sizeBytes: 31e9 } },
};

/** The same stick as lsblk 2.32 prints it: texts for everything, empty ones for null. */
export const oldLsblk: RecordedMachine = {
  ...usbStick,
  lsblk: JSON.stringify({
    blockdevices: [
      {
        ...{ name: 'sda', kname: 'sda', 'maj:min': '  8:0  ', type: 'disk', pkname: null, tran: 'usb' },
        ...{ subsystems: 'block:scsi:usb:pci', vendor: 'SanDisk ', model: 'Ultra Fit       ' },
        ...{ serial: '4C530001', hctl: '2:0:0:0', fstype: '', label: '', uuid: '', partuuid: '' },
        ...{ ro: '0', rm: '1', size: '32000000000', mountpoint: null },
        children: [
          {
            ...{ name: 'sda1', kname: 'sda1', 'maj:min': '  8:1  ', type: 'part', pkname: 'sda', tran: '' },
            ...{ subsystems: 'block:scsi:usb:pci', vendor: '', model: '', serial: '', hctl: '' },
            ...{ fstype: 'vfat', label: 'PHOTOS', uuid: '1234-ABCD', partuuid: '0a1b2c3d-01' },
            ...{ ro: '0', rm: '1', size: '31000000000', mountpoint: '/media/me/PHOTOS' },
          },
        ],
      },
    ],
  }),
};

function mmc(type: 'SD' | 'MMC'): RecordedMachine {
  const disk = { name: 'mmcblk0', kname: 'mmcblk0', 'maj:min': '179:0', type: 'disk', tran: 'mmc' };
  return {
    lsblk: lsblk([
      { ...disk, subsystems: 'block:mmc:mmc_host:pci' },
      {
        name: 'mmcblk0boot0',
        kname: 'mmcblk0boot0',
        'maj:min': '179:8',
        type: 'disk',
        subsystems: 'block:mmc',
      },
    ]),
    sysfs: { mmcblk0: { mmcType: type, cid: 'aa585451454d5521', slot: 'mmc0', model: 'QEMU!' } },
  };
}

/** A card in a slot of the computer: `rm` is 0. */
export const sdSlot = mmc('SD');
/** Soldered; it looks the same but for its type. */
export const eMmc = mmc('MMC');

export const nvme: RecordedMachine = {
  lsblk: lsblk([
    {
      name: 'nvme0n1',
      kname: 'nvme0n1',
      'maj:min': '259:0',
      type: 'disk',
      tran: 'nvme',
      subsystems: 'block:nvme:pci',
      model: 'SSD 980',
      serial: 'S64',
    },
  ]),
  sysfs: { nvme0n1: { sizeBytes: 500e9 } },
};

/** scsi_debug, as a disk that is not removable. */
export const scsiDebug: RecordedMachine = {
  lsblk: lsblk([
    {
      name: 'sdb',
      kname: 'sdb',
      'maj:min': '8:16',
      type: 'disk',
      tran: null,
      subsystems: 'block:scsi:pseudo',
      vendor: 'Linux   ',
      model: 'scsi_debug',
      hctl: '3:0:0:0',
    },
  ]),
  sysfs: {},
};

/** A reader with two slots, one of them empty, and a second reader of the same make. Slots of a reader share its serial. */
export const twoReaders: RecordedMachine = {
  lsblk: lsblk(
    (['4:0:0:0', '4:0:0:1', '5:0:0:0'] as const).map((hctl, index) => {
      const name = `sd${'cde'[index]}`;
      const serial = hctl.startsWith('4') ? '000000000819' : '000000000820';
      return {
        name,
        kname: name,
        'maj:min': `8:${32 + 16 * index}`,
        type: 'disk',
        tran: 'usb',
        subsystems: 'block:scsi:usb:pci',
        vendor: 'Generic-',
        model: 'Multi-Reader',
        serial,
        hctl,
      };
    }),
  ),
  sysfs: {
    sdc: { isRemovable: true, usbPort: '1-3' },
    sdd: { isRemovable: true, usbPort: '1-3', sizeBytes: 0 },
    sde: { isRemovable: true, usbPort: '1-4' },
  },
};

/** What a stick with these rows below it is. */
export function stickWith(children: readonly object[], others: readonly object[] = []): string {
  const stick = {
    name: 'sda',
    kname: 'sda',
    'maj:min': '8:0',
    type: 'disk',
    tran: 'usb',
    subsystems: 'block:scsi:usb:pci',
  };
  return lsblk([{ ...stick, children }, ...others]);
}
