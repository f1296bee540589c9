import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../../image/byte-source.ts';
import { isErrno } from '../../system/host/system-error.ts';
import type { BlockDevice, Disk } from '../block-device.ts';
import { allocateAligned } from './aligned-buffer.ts';
import { readContents, type DiskContents } from '../read-contents.ts';
import { diskIdentity, type DiskIdentity } from '../same-disk.ts';

const mebibyte = 1024 * 1024;
/** Large enough for every sector size, and a page. */
const stepBytes = 4096;

/**
 * Hands a disk to `use` for reading, past the page cache, which may hold bytes of a medium that has been taken out.
 *
 * @throws the system's error when it may not be opened or cannot be read
 */
export async function withDisk<T>(
  { path, sizeBytes }: Pick<BlockDevice, 'path' | 'sizeBytes'>,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_DIRECT);
  try {
    return await use(directSource(handle, sizeBytes));
  } finally {
    await handle.close();
  }
}

/** What is on a disk; null without the right to read it. */
export async function lookAtDisk(disk: Disk): Promise<DiskContents | null> {
  return await unlessForbidden(() => withDisk(disk, readContents));
}

/** What a disk is told by from now on, until something is written to it. */
export async function identifyDisk(disk: Disk): Promise<DiskIdentity> {
  const digest = await unlessForbidden(() => withDisk(disk, digestOfStart));
  return diskIdentity(disk, digest);
}

async function digestOfStart(source: ByteSource): Promise<string> {
  const start = await source.read(0, Math.min(mebibyte, source.sizeBytes));
  return createHash('sha256').update(start).digest('hex');
}

async function unlessForbidden<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isErrno(error, 'EACCES') || isErrno(error, 'EPERM')) return null;
    throw error;
  }
}

/** Reads whole pages, one piece after the other, since there is one buffer. */
function directSource(handle: FileHandle, sizeBytes: number): ByteSource {
  const aligned = allocateAligned(mebibyte);
  let last: Promise<unknown> = Promise.resolve();
  const readPiece = async (result: Buffer, done: number, position: number): Promise<number> => {
    const start = position - (position % stepBytes);
    const wanted = Math.min(
      aligned.length,
      Math.ceil((position + result.length - done) / stepBytes) * stepBytes - start,
    );
    const { bytesRead } = await handle.read(aligned, 0, wanted, start);
    const expected = Math.min(wanted, sizeBytes - start);
    // A device that was pulled out reads as if it ended here.
    if (bytesRead < expected)
      throw Object.assign(new Error('EIO: short read'), { code: 'EIO', syscall: 'read' });
    return aligned.copy(
      result,
      done,
      position - start,
      Math.min(bytesRead, position - start + result.length - done),
    );
  };
  const read = async (offsetBytes: number, lengthBytes: number): Promise<Buffer> => {
    const result = Buffer.alloc(lengthBytes);
    for (let done = 0; done < lengthBytes && offsetBytes + done < sizeBytes;)
      done += await readPiece(result, done, offsetBytes + done);
    return result;
  };
  return {
    sizeBytes,
    read(offsetBytes, lengthBytes) {
      const turn = last.then(() => read(offsetBytes, lengthBytes));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
