import { assembleDisks, type MachineFacts } from '../../../../builder/flash/assemble-disks.ts';
import type { BlockDevice, Disk, Place } from '../../../../builder/flash/block-device.ts';
import { parseLsblk } from '../../../../builder/flash/parse-lsblk.ts';
import { parseMounts, parseSwaps } from '../../../../builder/flash/parse-mounts.ts';

/** A machine as its files show it. */
export interface RecordedMachine {
  readonly lsblk: string;
  /** What sysfs adds, by the kernel's name; sizes in bytes. */
  readonly sysfs: Readonly<Record<string, Partial<BlockDevice>>>;
  readonly mountinfo?: string;
  readonly swaps?: string;
  readonly places?: Readonly<Record<string, Partial<Place>>>;
  readonly btrfs?: MachineFacts['btrfs'];
  readonly kernelRoot?: string;
  readonly claim?: Disk['claim'];
}

const plain = {
  sizeBytes: 32e9,
  sectorBytes: 512,
  isReadOnly: false,
  isRemovable: false,
  isHidden: false,
  usbPort: null,
  mmcType: null,
  cid: null,
  sequence: null,
  btrfsDevices: null,
  backingFile: null,
};

/** The disks of a recorded machine, by the kernel's names. */
export function disksOf(machine: RecordedMachine): ReadonlyMap<string, Disk> {
  const devices = parseLsblk(machine.lsblk).map(({ hctl, ...device }): BlockDevice => ({
    ...plain,
    ...device,
    path: `/dev/${device.name}`,
    slot: hctl,
    ...machine.sysfs[device.name],
  }));
  const places = Object.entries(machine.places ?? {}).map(([path, place]): [string, Place] => [
    path,
    { realPath: path, deviceNumber: null, filesystemNumber: '0:999', ...place },
  ]);
  const disks = assembleDisks({
    devices,
    mounts: parseMounts(machine.mountinfo ?? ''),
    swaps: parseSwaps(machine.swaps ?? ''),
    btrfs: machine.btrfs ?? [],
    kernelRoot: machine.kernelRoot ?? null,
    places: new Map(places),
  });
  return new Map(disks.map((disk) => [disk.name, { ...disk, claim: machine.claim ?? 'free' }]));
}

/** One of them. */
export function diskOf(machine: RecordedMachine, name: string): Disk {
  const disk = disksOf(machine).get(name);
  if (disk === undefined) throw new Error(`${name} is no disk of this machine`);
  return disk;
}

/** A line of mountinfo. */
export function mountLine(
  id: number,
  parent: number,
  number: string,
  point: string,
  kind = 'ext4',
  source = 'x',
  rest = 'rw',
): string {
  return `${id} ${parent} ${number} / ${point} rw,relatime shared:1 - ${kind} ${source} ${rest}`;
}
