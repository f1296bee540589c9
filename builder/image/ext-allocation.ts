import type { ByteSource } from './byte-source.ts';
import { extSuperblockOffset, extSuperblockSize, parseExtSuperblock } from './ext-superblock.ts';
import type { ByteRange } from './ranges.ts';

/** Source: https://docs.kernel.org/filesystems/ext4/super.html and lib/ext2fs/ext2_fs.h of e2fsprogs 1.47. */
const compat = { sparseSuper2: 0x200 } as const;
const incompat = { recover: 0x4, journalDevice: 0x8, metaBlockGroups: 0x10, bits64: 0x80 } as const;
const roCompat = { sparseSuper: 0x1, groupChecksum: 0x10, bigalloc: 0x200, metadataChecksum: 0x400 } as const;
const blockBitmapUninitialised = 0x2;

interface Geometry {
  readonly blockSize: number;
  readonly blocks: number;
  readonly firstBlock: number;
  readonly blocksPerGroup: number;
  readonly groups: number;
  readonly descriptorBytes: number;
  readonly descriptorBlocks: number;
  readonly reservedDescriptorBlocks: number;
  readonly inodeTableBlocks: number;
  /** Groups that hold a copy of the superblock and the descriptors. */
  readonly hasBackup: (group: number) => boolean;
  /** Group descriptors carry flags. */
  readonly hasFlags: boolean;
}

/**
 * Ranges that an ext2/3/4 filesystem has in use, by its own block bitmaps: files, directories, journal, inode tables,
 * bitmaps, superblock copies, whether they are zero or not. Groups whose bitmap was never written count with what lies
 * in them by construction.
 *
 * @returns null when the bitmaps cannot be relied on or are laid out in a way that is not read here (an unreplayed
 *   journal, a journal device, meta_bg, bigalloc, damage); all of the filesystem must then count as in use.
 */
export async function extAllocation(source: ByteSource): Promise<ByteRange[] | null> {
  const superblock = await source.read(extSuperblockOffset, extSuperblockSize);
  const geometry = parseGeometry(superblock);
  if (geometry === null) return null;
  const used = new BlockSet(geometry.blocks);
  used.addRun(0, geometry.firstBlock);
  const descriptors = await source.read(
    (geometry.firstBlock + 1) * geometry.blockSize,
    geometry.groups * geometry.descriptorBytes,
  );
  for (let group = 0; group < geometry.groups; group += 1) {
    const descriptor = descriptors.subarray(group * geometry.descriptorBytes);
    const high = (at: number) => (geometry.descriptorBytes >= 64 ? descriptor.readUInt32LE(at) * 2 ** 32 : 0);
    const bitmapBlock = descriptor.readUInt32LE(0) + high(0x20);
    const start = geometry.firstBlock + group * geometry.blocksPerGroup;
    if (geometry.hasBackup(group)) {
      used.addRun(start, 1 + geometry.descriptorBlocks + geometry.reservedDescriptorBlocks);
    }
    used.addRun(bitmapBlock, 1);
    used.addRun(descriptor.readUInt32LE(4) + high(0x24), 1);
    used.addRun(descriptor.readUInt32LE(8) + high(0x28), geometry.inodeTableBlocks);
    const uninitialised =
      geometry.hasFlags && (descriptor.readUInt16LE(0x12) & blockBitmapUninitialised) !== 0;
    if (uninitialised) continue;
    if (bitmapBlock === 0 || bitmapBlock >= geometry.blocks) return null;
    const count = Math.min(geometry.blocksPerGroup, geometry.blocks - start);
    used.addBitmap(start, await source.read(bitmapBlock * geometry.blockSize, Math.ceil(count / 8)), count);
  }
  return used.ranges(geometry.blockSize);
}

function parseGeometry(bytes: Buffer): Geometry | null {
  const superblock = parseExtSuperblock(bytes);
  if (superblock === null) return null;
  const [compatBits, incompatBits, roBits] = [0x5c, 0x60, 0x64].map((at) => bytes.readUInt32LE(at)) as [
    number,
    number,
    number,
  ];
  if ((incompatBits & (incompat.recover | incompat.journalDevice | incompat.metaBlockGroups)) !== 0)
    return null;
  if ((roBits & roCompat.bigalloc) !== 0) return null;
  const { blockSize, blocks } = superblock;
  const firstBlock = bytes.readUInt32LE(0x14);
  const blocksPerGroup = bytes.readUInt32LE(0x20);
  const inodesPerGroup = bytes.readUInt32LE(0x28);
  if (blockSize > 65536 || blocksPerGroup === 0 || blocksPerGroup > 8 * blockSize) return null;
  const groups = Math.ceil((blocks - firstBlock) / blocksPerGroup);
  const wide = (incompatBits & incompat.bits64) !== 0;
  const descriptorBytes = wide ? Math.max(32, bytes.readUInt16LE(0xfe)) : 32;
  return {
    blockSize,
    blocks,
    firstBlock,
    blocksPerGroup,
    groups,
    descriptorBytes,
    descriptorBlocks: Math.ceil((groups * descriptorBytes) / blockSize),
    reservedDescriptorBlocks: bytes.readUInt16LE(0xce),
    inodeTableBlocks: Math.ceil((inodesPerGroup * superblock.inodeSize) / blockSize),
    hasBackup: backupRule(bytes, compatBits, roBits),
    hasFlags: (roBits & (roCompat.groupChecksum | roCompat.metadataChecksum)) !== 0,
  };
}

/** Source: ext2fs_bg_has_super() in lib/ext2fs/closefs.c: group 0, 1, and the powers of 3, 5 and 7. */
function backupRule(bytes: Buffer, compatBits: number, roBits: number): (group: number) => boolean {
  if ((compatBits & compat.sparseSuper2) !== 0) {
    const chosen = [0, bytes.readUInt32LE(0x24c), bytes.readUInt32LE(0x250)];
    return (group) => chosen.includes(group);
  }
  if ((roBits & roCompat.sparseSuper) === 0) return () => true;
  return (group) => group <= 1 || [3, 5, 7].some((base) => isPowerOf(group, base));
}

function isPowerOf(value: number, base: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}

/** One bit for each block of a filesystem. */
class BlockSet {
  readonly #bits: Uint8Array;
  readonly #blocks: number;

  constructor(blocks: number) {
    this.#blocks = blocks;
    this.#bits = new Uint8Array(Math.ceil(blocks / 8));
  }

  addRun(start: number, count: number): void {
    const end = Math.min(start + count, this.#blocks);
    for (let block = start; block < end; block += 1) this.#bits[block >>> 3]! |= 1 << (block & 7);
  }

  addBitmap(start: number, bitmap: Buffer, count: number): void {
    for (let index = 0; index < count; index += 1) {
      if ((bitmap[index >>> 3]! & (1 << (index & 7))) !== 0) this.addRun(start + index, 1);
    }
  }

  ranges(blockSize: number): ByteRange[] {
    const ranges: ByteRange[] = [];
    let start = -1;
    for (let block = 0; block <= this.#blocks; block += 1) {
      const isUsed = block < this.#blocks && (this.#bits[block >>> 3]! & (1 << (block & 7))) !== 0;
      if (isUsed && start < 0) start = block;
      if (isUsed || start < 0) continue;
      ranges.push({ offsetBytes: start * blockSize, lengthBytes: (block - start) * blockSize });
      start = -1;
    }
    return ranges;
  }
}
