/** One block device of this machine, from lsblk and sysfs. */
export interface BlockDevice {
  /** The kernel's name: `sdb`, `sdb1`, `mmcblk0`, `dm-0`, `loop3`. */
  readonly name: string;
  /** The node to open: `/dev/sdb`. */
  readonly path: string;
  /** Major and minor number, as mountinfo has it: `8:16`. */
  readonly number: string;
  /** As lsblk has it: `disk`, `part`, `loop`, `lvm`, `crypt`, `raid1`, `rom` … */
  readonly type: string;
  /** Kernel names of the devices that it lies on: a partition's disk, the members of a RAID. */
  readonly parents: readonly string[];
  readonly sizeBytes: number;
  /** Logical block size: what an offset and a length must be a multiple of. */
  readonly sectorBytes: number;
  readonly isReadOnly: boolean;
  /** The kernel's flag: the medium can be taken out of its drive. */
  readonly isRemovable: boolean;
  readonly isHidden: boolean;
  /** `usb`, `sata`, `nvme` …; null where lsblk knows none. */
  readonly transport: string | null;
  /** From the device up: `block`, `scsi`, `usb`, `pci`. */
  readonly subsystems: readonly string[];
  readonly vendor: string | null;
  readonly model: string | null;
  /** A USB reader's own, not its card's. */
  readonly serial: string | null;
  /** Where it is plugged in: `6:0:0:1` (host, channel, target, unit) of SCSI and USB, `mmc0`, else the place on its bus. */
  readonly slot: string | null;
  /** The USB port on the way to it: `1-2`. */
  readonly usbPort: string | null;
  /** `SD` or `MMC` (soldered, as a rule) in a slot of its own. */
  readonly mmcType: string | null;
  /** The card's own number; only a slot of its own shows it. */
  readonly cid: string | null;
  /** Counts up whenever a device or a medium appears (Linux 5.15 and newer). */
  readonly sequence: number | null;
  /** The filesystem or other signature, by libblkid's names: `ext4`, `LVM2_member`. */
  readonly signature: string | null;
  readonly label: string | null;
  readonly uuid: string | null;
  readonly partuuid: string | null;
  /** Devices that a btrfs on it was made over; null for anything else, and where it may not be read. */
  readonly btrfsDevices: number | null;
  /** File or device behind a loop device. */
  readonly backingFile: string | null;
}

/** A mount as `/proc/self/mountinfo` has it. */
export interface Mount {
  readonly id: number;
  readonly parentId: number;
  /** Number of the filesystem: that of its device, or `0:N` for btrfs, overlay and what has no device. */
  readonly number: string;
  /** Directory of the filesystem that is mounted; `/` unless it is a bind mount or a subvolume. */
  readonly root: string;
  readonly mountPoint: string;
  readonly kind: string;
  readonly source: string;
  /** Options of the filesystem, such as an overlay's directories. */
  readonly options: readonly string[];
}

/** Swap space in use: a device or a file. */
export interface Swap {
  readonly path: string;
}

/** What the system says of a path. */
export interface Place {
  /** Without links. */
  readonly realPath: string;
  /** For the node of a block device: its number. */
  readonly deviceNumber: string | null;
  /** Number of the filesystem that it lies on, by stat(2). */
  readonly filesystemNumber: string;
}

/** Where a disk can be opened for us alone; `unknown` without the right to open it. */
export type Claim = 'free' | 'held' | 'no-medium' | 'gone' | 'unknown';

/** A mount of something that lies on a disk. */
export interface DiskMount extends Mount {
  /** The device of the disk that is mounted itself; null for an overlay and the like over its files. */
  readonly device: string | null;
  /** Where other filesystems are mounted within this one or over it. */
  readonly below: readonly string[];
}

/** A whole disk, with everything that this machine has on it at any depth. */
export interface Disk extends BlockDevice {
  /** The disk itself, its partitions, and devices made of them: device-mapper, RAID, loop devices on files of it. */
  readonly layers: readonly BlockDevice[];
  readonly mounts: readonly DiskMount[];
  /** Numbers of all filesystems on it that are mounted, overlays over them too. */
  readonly filesystems: readonly string[];
  readonly swaps: readonly string[];
  /** Kernel names of devices elsewhere that share a btrfs with this disk. */
  readonly btrfsElsewhere: readonly string[];
  /** It is what `root=` of the kernel's command line names. */
  readonly isKernelRoot: boolean;
  readonly claim: Claim;
}
