import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { isErrno } from '../../system/host/system-error.ts';
import type { ByteSource } from '../byte-source.ts';
import { HostError } from '../../report/errors.ts';

/** An image file opened for reading; it is never opened for writing. */
export interface OpenImage extends ByteSource {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Opens an image read-only.
 *
 * @throws HostError `image-not-found`, `image-unreadable`, `image-not-a-file` or `image-empty`.
 */
export async function openImage(path: string): Promise<OpenImage> {
  const handle = await openReadOnly(path);
  try {
    const status = await handle.stat();
    if (!status.isFile()) {
      throw new HostError('image-not-a-file', `${path} is ${kindOf(status)}, not an image file`, {
        hint: 'give the path of a raw image file; a disk must be read into a file first (dd)',
      });
    }
    if (status.size === 0) {
      throw new HostError('image-empty', `${path} is empty`, { hint: 'download or build the image again' });
    }
    return { path, ...sourceOf(handle, status.size), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens an image, hands it to `use`, and closes it whatever happens. */
export async function withImage<T>(path: string, use: (image: OpenImage) => Promise<T>): Promise<T> {
  const image = await openImage(path);
  try {
    return await use(image);
  } finally {
    await image.close();
  }
}

/** The first bytes of a file, fewer when it is shorter. @throws HostError as `openImage` does */
export async function readStart(path: string, lengthBytes: number): Promise<Buffer> {
  return withImage(path, (image) => image.read(0, Math.min(lengthBytes, image.sizeBytes)));
}

/** Reads through a file handle; bytes past the end of the file are zero. */
export function sourceOf(handle: FileHandle, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    async read(offsetBytes, lengthBytes) {
      const buffer = Buffer.allocUnsafe(lengthBytes);
      let filled = 0;
      while (filled < lengthBytes && offsetBytes + filled < sizeBytes) {
        const { bytesRead } = await handle.read(buffer, filled, lengthBytes - filled, offsetBytes + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.fill(0, filled);
    },
  };
}

async function openReadOnly(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK the opening of a FIFO waits for a writer, for ever if need be.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) {
      throw new HostError('image-not-found', `there is no image ${path}`, {
        hint: 'check the path',
        cause: error,
      });
    }
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new HostError('image-unreadable', `${path} cannot be read (${reason})`, {
      hint: 'check who owns the file and whether you may read it',
      cause: error,
    });
  }
}

function kindOf(status: { isDirectory(): boolean; isBlockDevice(): boolean }): string {
  if (status.isDirectory()) return 'a directory';
  return status.isBlockDevice() ? 'a block device' : 'a special file';
}
