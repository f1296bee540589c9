import type { ByteSource } from './byte-source.ts';
import { extentRuns, mappedRuns } from './ext-block-map.ts';
import { extSuperblockOffset, extSuperblockSize, parseExtSuperblock } from './ext-superblock.ts';
import type { ByteRange } from './ranges.ts';

/** An ext2/3/4 filesystem that is read directly: fast enough to look at every file of an image. */
export interface ExtVolumeReader {
  readonly rootInode: number;
  readInode(number: number): Promise<ExtInodeRecord>;
  /** Entries of a directory, without `.` and `..`. */
  listDirectory(inode: ExtInodeRecord): Promise<ExtDirectoryEntry[]>;
  /** Byte ranges of a file in the volume, in order; holes are absent. */
  rangesOf(inode: ExtInodeRecord): Promise<readonly FileRange[]>;
  /** The bytes of a file in pieces, holes as zeros. */
  readFile(inode: ExtInodeRecord): AsyncGenerator<Buffer>;
  /** Extended attributes as they are stored: equal when the attributes are. */
  readAttributes(inode: ExtInodeRecord): Promise<Buffer>;
}

/** An inode, with what a comparison of two images looks at. */
export interface ExtInodeRecord {
  readonly number: number;
  readonly kind: 'file' | 'directory' | 'symlink' | 'device' | 'other';
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly flags: number;
  /** The 60 bytes that hold the block map, a short link's target, or a device's numbers. */
  readonly blockArea: Buffer;
  /** Extended attributes that lie in the inode. */
  readonly attributeArea: Buffer;
  /** Block with further extended attributes; 0 when there is none. */
  readonly attributeBlock: number;
}

/** A name in a directory. */
export interface ExtDirectoryEntry {
  readonly name: string;
  readonly inode: number;
}

/** A stretch of a file: `fileOffset` in the file, the rest in the volume. */
export interface FileRange extends ByteRange {
  readonly fileOffset: number;
}

const pieceBytes = 1024 * 1024;
const extentsFlag = 0x80000;
/** Compression, a journal device, meta_bg, bits of the size elsewhere, data in the inode, encryption. */
const unreadIncompat = 0x1 | 0x8 | 0x10 | 0x400 | 0x8000 | 0x10000;
const kinds: Readonly<Record<number, ExtInodeRecord['kind']>> = {
  0x8: 'file',
  0x4: 'directory',
  0xa: 'symlink',
  0x2: 'device',
  0x6: 'device',
};

/**
 * Opens a filesystem for reading; null when it is not ext, or has a feature that is not read here.
 * Source: https://docs.kernel.org/filesystems/ext4
 */
export async function openExtVolume(source: ByteSource): Promise<ExtVolumeReader | null> {
  const bytes = await source.read(extSuperblockOffset, extSuperblockSize);
  const superblock = parseExtSuperblock(bytes);
  const incompat = bytes.readUInt32LE(0x60);
  if (superblock === null || (incompat & unreadIncompat) !== 0) return null;
  const { blockSize, inodeSize } = superblock;
  const inodesPerGroup = bytes.readUInt32LE(0x28);
  const firstBlock = bytes.readUInt32LE(0x14);
  const descriptorBytes = (incompat & 0x80) === 0 ? 32 : Math.max(32, bytes.readUInt16LE(0xfe));
  const groups = Math.ceil((superblock.blocks - firstBlock) / bytes.readUInt32LE(0x20));
  const descriptors = await source.read((firstBlock + 1) * blockSize, groups * descriptorBytes);

  const rangesOf = async (inode: ExtInodeRecord): Promise<FileRange[]> => {
    const usesExtents = (inode.flags & extentsFlag) !== 0;
    if (inode.kind === 'symlink' && !usesExtents && inode.sizeBytes < inode.blockArea.length) return [];
    const runs = usesExtents
      ? await extentRuns(source, inode.blockArea, blockSize)
      : await mappedRuns(source, inode.blockArea, blockSize, Math.ceil(inode.sizeBytes / blockSize));
    return runs.map(({ first, block, count }) => ({
      fileOffset: first * blockSize,
      offsetBytes: block * blockSize,
      lengthBytes: count * blockSize,
    }));
  };
  async function* readFile(inode: ExtInodeRecord): AsyncGenerator<Buffer> {
    const ranges = await rangesOf(inode);
    for (let start = 0; start < inode.sizeBytes; start += pieceBytes) {
      const end = Math.min(inode.sizeBytes, start + pieceBytes);
      const piece = Buffer.alloc(end - start);
      if (ranges.length === 0 && inode.kind === 'symlink') inode.blockArea.copy(piece, 0, start, end);
      for (const range of ranges) {
        const from = Math.max(start, range.fileOffset);
        const to = Math.min(end, range.fileOffset + range.lengthBytes);
        if (from >= to) continue;
        const part = await source.read(range.offsetBytes + from - range.fileOffset, to - from);
        part.copy(piece, from - start);
      }
      yield piece;
    }
  }
  return {
    rootInode: 2,
    rangesOf,
    readFile,
    async readInode(number) {
      const group = Math.floor((number - 1) / inodesPerGroup);
      const descriptor = descriptors.subarray(group * descriptorBytes, (group + 1) * descriptorBytes);
      const high = descriptorBytes >= 64 ? descriptor.readUInt32LE(0x28) * 2 ** 32 : 0;
      const table = (descriptor.readUInt32LE(8) + high) * blockSize;
      return parseInode(
        number,
        await source.read(table + ((number - 1) % inodesPerGroup) * inodeSize, inodeSize),
      );
    },
    async listDirectory(inode) {
      const pieces: Buffer[] = [];
      // Only what is mapped: a damaged directory may claim to be larger than any disk.
      for (const { fileOffset, offsetBytes, lengthBytes } of await rangesOf(inode)) {
        const wanted = Math.min(lengthBytes, inode.sizeBytes - fileOffset);
        if (wanted > 0) pieces.push(await source.read(offsetBytes, wanted));
      }
      return parseEntries(Buffer.concat(pieces), blockSize);
    },
    async readAttributes({ attributeArea, attributeBlock }) {
      if (attributeBlock === 0) return attributeArea;
      const block = await source.read(attributeBlock * blockSize, blockSize);
      // The head of the block counts its users and holds a checksum.
      return Buffer.concat([attributeArea, block.subarray(32)]);
    },
  };
}

function parseInode(number: number, raw: Buffer): ExtInodeRecord {
  const modeBits = raw.readUInt16LE(0);
  const kind = kinds[modeBits >>> 12] ?? 'other';
  const hasLongSize = kind === 'file' || kind === 'directory';
  return {
    number,
    kind,
    mode: modeBits & 0o7777,
    uid: raw.readUInt16LE(2) + raw.readUInt16LE(0x78) * 2 ** 16,
    gid: raw.readUInt16LE(0x18) + raw.readUInt16LE(0x7a) * 2 ** 16,
    sizeBytes: raw.readUInt32LE(4) + (hasLongSize ? raw.readUInt32LE(0x6c) * 2 ** 32 : 0),
    mtimeSeconds: raw.readInt32LE(0x10),
    flags: raw.readUInt32LE(0x20),
    blockArea: raw.subarray(0x28, 0x64),
    attributeArea: raw.length > 128 ? raw.subarray(128 + raw.readUInt16LE(128)) : Buffer.alloc(0),
    attributeBlock: raw.readUInt32LE(0x68) + raw.readUInt16LE(0x76) * 2 ** 32,
  };
}

/** Blocks of a hashed directory's index look like one empty entry each, as they are meant to. */
function parseEntries(content: Buffer, blockSize: number): ExtDirectoryEntry[] {
  const entries: ExtDirectoryEntry[] = [];
  for (let block = 0; block < content.length; block += blockSize) {
    const end = Math.min(block + blockSize, content.length);
    for (let position = block; position + 8 <= end;) {
      const inode = content.readUInt32LE(position);
      const recordBytes = content.readUInt16LE(position + 4);
      const name = content.toString('utf8', position + 8, position + 8 + content.readUInt8(position + 6));
      if (inode !== 0 && name !== '.' && name !== '..') entries.push({ name, inode });
      if (recordBytes < 8) break;
      position += recordBytes;
    }
  }
  return entries;
}
