import { readText } from './byte-source.ts';
import type { FilesystemKind } from './layout.ts';

/** The fields of an ext2/3/4 superblock that decide whether and how dlimage may write. Sizes in bytes. */
export interface ExtSuperblock {
  readonly kind: Extract<FilesystemKind, 'ext2' | 'ext3' | 'ext4'>;
  readonly label: string;
  readonly uuid: string;
  readonly blockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  /** The journal holds changes that are not yet in their place. */
  readonly needsRecovery: boolean;
  /** Files that were deleted while open wait to be freed: on the orphan list or in the orphan file. */
  readonly hasOrphans: boolean;
  /** The kernel found damage and wants e2fsck. */
  readonly hasErrors: boolean;
  /** Set by Android's tools: the filesystem must never be written. */
  readonly readOnly: boolean;
  /** Features that keep accounts which debugfs does not keep: `quota`, `project`, `mmp`. */
  readonly unkeptFeatures: readonly string[];
  /** Blocks are given out in clusters: `bigalloc`. */
  readonly isClustered: boolean;
  /** It is not a filesystem but the journal of another one. */
  readonly isJournalDevice: boolean;
  /** When it was last written, seconds since 1970. */
  readonly writtenSeconds: number;
}

/** Position of the superblock inside its partition, and its length. */
export const extSuperblockOffset = 1024;
export const extSuperblockSize = 1024;

const compat = { hasJournal: 0x4 } as const;
const incompat = { recover: 0x4, journalDevice: 0x8, bits64: 0x80, mmp: 0x100 } as const;
const roCompat = {
  quota: 0x100,
  bigalloc: 0x200,
  project: 0x2000,
  readOnly: 0x1000,
  sharedBlocks: 0x4000,
  orphanPresent: 0x10000,
} as const;
/** Features that ext3 knows; anything beyond makes it ext4. Source: libblkid/src/superblocks/ext.c */
const ext3RoCompat = 0x1 | 0x2 | 0x4;
const ext3Incompat = 0x2 | 0x4 | 0x10;

/**
 * Parses the 1024 bytes at offset 1024 of a partition; null when they are no ext superblock.
 * Source: https://docs.kernel.org/filesystems/ext4/super.html
 */
export function parseExtSuperblock(bytes: Buffer): ExtSuperblock | null {
  if (bytes.readUInt16LE(0x38) !== 0xef53) return null;
  const compatBits = bytes.readUInt32LE(0x5c);
  const incompatBits = bytes.readUInt32LE(0x60);
  const roBits = bytes.readUInt32LE(0x64);
  const wide = (incompatBits & incompat.bits64) !== 0;
  const high = (position: number) => (wide ? bytes.readUInt32LE(position) * 2 ** 32 : 0);
  const revision = bytes.readUInt32LE(0x4c);
  return {
    kind: kindOf(compatBits, incompatBits, roBits),
    label: readText(bytes, 0x78, 16),
    uuid: bytes.toString('hex', 0x68, 0x78).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    blockSize: 1024 << bytes.readUInt32LE(0x18),
    blocks: bytes.readUInt32LE(0x4) + high(0x150),
    freeBlocks: bytes.readUInt32LE(0xc) + high(0x158),
    freeInodes: bytes.readUInt32LE(0x10),
    blocksPerGroup: bytes.readUInt32LE(0x20),
    inodesPerGroup: bytes.readUInt32LE(0x28),
    inodeSize: revision === 0 ? 128 : bytes.readUInt16LE(0x58),
    needsRecovery: (incompatBits & incompat.recover) !== 0,
    hasOrphans: (roBits & roCompat.orphanPresent) !== 0 || bytes.readUInt32LE(0xe8) !== 0,
    hasErrors: (bytes.readUInt16LE(0x3a) & 0x2) !== 0,
    readOnly: (roBits & (roCompat.readOnly | roCompat.sharedBlocks)) !== 0,
    isClustered: (roBits & roCompat.bigalloc) !== 0,
    unkeptFeatures: [
      ...((roBits & roCompat.quota) === 0 ? [] : ['quota']),
      ...((roBits & roCompat.project) === 0 ? [] : ['project']),
      ...((incompatBits & incompat.mmp) === 0 ? [] : ['mmp']),
    ],
    isJournalDevice: (incompatBits & incompat.journalDevice) !== 0,
    writtenSeconds: bytes.readUInt32LE(0x30),
  };
}

function kindOf(compatBits: number, incompatBits: number, roBits: number): ExtSuperblock['kind'] {
  if ((incompatBits & ~ext3Incompat) !== 0 || (roBits & ~ext3RoCompat) !== 0) return 'ext4';
  return (compatBits & compat.hasJournal) === 0 ? 'ext2' : 'ext3';
}
