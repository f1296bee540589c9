/** Contents of a partition. Only FAT and ext can be read and written; the others are named for the user. */
export type FilesystemKind =
  | 'fat12'
  | 'fat16'
  | 'fat32'
  | 'ext2'
  | 'ext3'
  | 'ext4'
  | 'btrfs'
  | 'erofs'
  | 'exfat'
  | 'f2fs'
  | 'iso9660'
  | 'luks'
  | 'lvm'
  | 'ntfs'
  | 'squashfs'
  | 'swap'
  | 'xfs'
  | 'unknown';

/** A filesystem as its own superblock or boot sector describes it. */
export interface Filesystem {
  readonly kind: FilesystemKind;
  readonly label: string;
  /** As `blkid` prints it: a UUID, or `1234-ABCD` on FAT; empty where the kind has none or is not read. */
  readonly uuid: string;
  /** Size that the filesystem claims, in bytes; null where the kind is not read. */
  readonly sizeBytes: number | null;
  /** Free space in bytes; null where the kind is not read. */
  readonly freeBytes: number | null;
}

/** One partition of an image. `number` counts as the kernel does: logical partitions of an MBR from 5. */
export interface ImagePartition {
  readonly number: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** `0c` in an MBR, a type GUID in a GPT, empty without a table. */
  readonly type: string;
  /** Partition name of a GPT; empty elsewhere. */
  readonly name: string;
  /** As the kernel writes it in `root=PARTUUID=`; empty without a table. */
  readonly partuuid: string;
  readonly filesystem: Filesystem;
}

/** Partitions of an image. `none`: no table, one filesystem fills the file (its partition has number 0). */
export interface ImageLayout {
  readonly table: 'mbr' | 'gpt' | 'none';
  readonly sectorSize: 512 | 4096;
  readonly sizeBytes: number;
  /** Size that the partition table asks for, in bytes; larger than `sizeBytes` when the image is cut off. */
  readonly neededBytes: number;
  readonly partitions: readonly ImagePartition[];
}

/** True for the kinds that debugfs writes. */
export function isExt(kind: FilesystemKind): boolean {
  return kind === 'ext2' || kind === 'ext3' || kind === 'ext4';
}

/** True for the kinds that mtools writes. */
export function isFat(kind: FilesystemKind): boolean {
  return kind === 'fat12' || kind === 'fat16' || kind === 'fat32';
}

/** A partition before its content is known. */
export type PartitionSlot = Omit<ImagePartition, 'filesystem'>;

/** A partition table as it was read. */
export interface PartitionTable {
  readonly table: 'mbr' | 'gpt';
  readonly sectorSize: 512 | 4096;
  readonly neededBytes: number;
  readonly slots: readonly PartitionSlot[];
}
