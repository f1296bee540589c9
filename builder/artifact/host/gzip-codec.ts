import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { gzipHead, gzipTail, type DeflateFrame } from '../gzip-join.ts';
import type { EncodedFrame, FrameCodec } from './frame-codec.ts';

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);
const trailerBytes = 8;

/**
 * gzip: the deflate data of all frames in one member, as pigz joins what its threads compressed. Node's own zlib does
 * it, on the threads that Node keeps for such work. A frame's file is its deflate data, then CRC-32 and length.
 */
export function createGzipCodec(level = 6): FrameCodec {
  return {
    format: 'img.gz',
    level,
    frameBytes: 16 * 1024 * 1024,
    suffix: '.deflate',
    async compress(files) {
      for (const { path } of files) await compressFile(path, level);
    },
    async examine(path) {
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        const trailer = Buffer.alloc(trailerBytes);
        await file.read(trailer, 0, trailerBytes, size - trailerBytes);
        return {
          pieces: [{ kind: 'file', path, offsetBytes: 0, lengthBytes: size - trailerBytes }],
          summary: { crc32: trailer.readUInt32LE(0), lengthBytes: trailer.readUInt32LE(4) },
        };
      } finally {
        await file.close();
      }
    },
    join: (frames) => [
      { kind: 'bytes', bytes: gzipHead },
      ...frames.flatMap((frame) => frame.pieces),
      { kind: 'bytes', bytes: gzipTail(frames.map(deflateFrameOf)) },
    ],
  };
}

async function compressFile(path: string, level: number): Promise<void> {
  const bytes = await readFile(path);
  // A full flush ends on a byte and without a final block, so that the next frame can follow.
  const compressed = await deflate(bytes, { level, memLevel: 9, finishFlush: constants.Z_FULL_FLUSH });
  const trailer = Buffer.alloc(trailerBytes);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  await writeFile(`${path}.deflate`, [compressed, trailer], { flag: 'wx', mode: 0o600 });
  await rm(path);
}

function deflateFrameOf(frame: EncodedFrame): DeflateFrame {
  if (frame.summary === null || !('crc32' in frame.summary)) throw new Error('not a frame of gzip');
  return frame.summary;
}
