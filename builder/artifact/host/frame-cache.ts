import { copyFile, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makePrivateDirectory } from '../../system/host/files.ts';
import { isErrno } from '../../system/host/system-error.ts';
import type { EncodedFrame, FrameCodec } from './frame-codec.ts';

/**
 * A directory of compressed frames. Each file's name is its key and the CRC-32 of its content, which is checked before
 * the first use: a damaged file is made again instead of damaging every image. Frames come by rename, so several
 * processes may use the directory at once.
 */
export interface FrameCache {
  /** A frame that is here and intact. */
  find(key: string): Promise<EncodedFrame | undefined>;
  /** A frame that is being made, or was made since the cache was opened. */
  expected(key: string): Promise<EncodedFrame> | undefined;
  /** Says that the frame with this key comes from `made`: others wait for it instead of making it, too. */
  expect(key: string, made: Promise<EncodedFrame>): void;
  /** Takes a compressed file in. */
  put(key: string, path: string): Promise<EncodedFrame>;
  remove(): Promise<void>;
}

const bufferBytes = 256 * 1024;

/** Opens a cache, or makes one. */
export async function openFrameCache(directory: string, codec: FrameCodec): Promise<FrameCache> {
  await makePrivateDirectory(directory);
  const files = new Map<string, string>();
  for (const name of await readdir(directory)) {
    const key = /^(.+)\.[0-9a-f]{8}$/.exec(name)?.[1];
    if (key !== undefined) files.set(key, join(directory, name));
  }
  const found = new Map<string, Promise<EncodedFrame | undefined>>();
  const made = new Map<string, Promise<EncodedFrame>>();
  const load = async (path: string): Promise<EncodedFrame | undefined> => {
    const checksum = await checksumOf(path).catch(() => null);
    if (checksum !== null && path.endsWith(checksum)) return codec.examine(path);
    await rm(path, { force: true });
    return undefined;
  };
  return {
    async find(key) {
      const path = files.get(key);
      if (path === undefined) return undefined;
      const loading = found.get(key) ?? load(path);
      found.set(key, loading);
      return loading;
    },
    expected: (key) => made.get(key),
    expect(key, frame) {
      made.set(key, frame);
      frame.catch(() => made.delete(key));
    },
    async put(key, path) {
      const target = join(directory, `${key}.${await checksumOf(path)}`);
      await move(path, target);
      return codec.examine(target);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The cache may lie on another disk than the images. */
async function move(source: string, target: string): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      await copyFile(source, temporary);
      await rename(temporary, target);
    } catch (failure) {
      await rm(temporary, { force: true });
      throw failure;
    }
    await rm(source);
  }
}

async function checksumOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(bufferBytes);
    let checksum = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength);
      if (bytesRead === 0) return checksum.toString(16).padStart(8, '0');
      checksum = crc32(buffer.subarray(0, bytesRead), checksum);
    }
  } finally {
    await file.close();
  }
}
