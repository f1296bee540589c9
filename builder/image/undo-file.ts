import { readUint64, type ByteSource } from './byte-source.ts';
import type { ByteRange } from './ranges.ts';

const headerBytes = 512;
const keyBlockMagic = 0xcadecade;
const keyBlockHeaderBytes = 16;
const keyBytes = 16;

/**
 * The superblock is written byte by byte, and undo_write_byte adds the offset of a partition once too often: for a
 * filesystem inside an image the file names a block far behind the superblock instead of it.
 */
const superblockRange: ByteRange = { offsetBytes: 0, lengthBytes: 4096 };

/**
 * How long the file of a filesystem at an offset must be for its undo file to be kept: what is read at the place that is
 * named in its stead must be there, and it lies behind the end of an image whose first half holds something else.
 */
export function undoReach(offsetBytes: number): number {
  return 2 * offsetBytes + 1024 * 1024;
}

/**
 * Lists the ranges that a program of e2fsprogs wrote, from the undo file that it kept (`-z`). The ranges are those of
 * the filesystem, from its own beginning; each was recorded before its first change.
 *
 * The file is a header, and then blocks of keys, each followed by the data that its keys describe.
 * Source: e2fsprogs lib/ext2fs/undo_io.c (struct undo_header, undo_key_block, undo_key) and misc/e2undo.c.
 *
 * @throws Error when the file is not a whole undo file of the known version.
 */
export async function parseUndoFile(source: ByteSource): Promise<ByteRange[]> {
  const header = await source.read(0, headerBytes);
  if (header.toString('latin1', 0, 8) !== 'E2UNDO02') throw new Error('not an undo file of e2fsprogs');
  const keyCount = readUint64(header, 8);
  const blockBytes = header.readUInt32LE(32);
  const filesystemBlockBytes = header.readUInt32LE(36);
  if (blockBytes < 512 || filesystemBlockBytes < 512) throw new Error('damaged undo file');
  const keysPerBlock = (blockBytes - keyBlockHeaderBytes) / keyBytes;

  const ranges: ByteRange[] = [];
  let position = readUint64(header, 24) * blockBytes;
  while (ranges.length < keyCount) {
    if (position + blockBytes > source.sizeBytes) throw new Error('truncated undo file');
    const keyBlock = await source.read(position, blockBytes);
    if (keyBlock.readUInt32LE(0) !== keyBlockMagic) throw new Error('damaged undo file');
    position += blockBytes;
    const keys = Math.min(keysPerBlock, keyCount - ranges.length);
    for (let index = 0; index < keys; index += 1) {
      const key = keyBlockHeaderBytes + index * keyBytes;
      const lengthBytes = keyBlock.readUInt32LE(key + 12);
      ranges.push({ offsetBytes: readUint64(keyBlock, key) * filesystemBlockBytes, lengthBytes });
      position += Math.ceil(lengthBytes / blockBytes) * blockBytes;
    }
  }
  return [superblockRange, ...ranges];
}
