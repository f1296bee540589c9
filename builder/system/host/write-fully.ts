import type { FileHandle } from 'node:fs/promises';

/** Writes all the bytes at a position: on a disk that fills up, one write may take only some of them. */
export async function writeFully(handle: FileHandle, bytes: Buffer, offsetBytes: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.length - written;
    const { bytesWritten } = await handle.write(bytes, written, left, offsetBytes + written);
    written += bytesWritten;
  }
}
