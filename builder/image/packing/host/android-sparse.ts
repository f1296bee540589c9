import { crc32 } from 'node:zlib';
import {
  chunkHeaderBytes,
  parseSparseChunk,
  parseSparseHeader,
  sparseHeaderBytes,
  type SparseChunk,
  type SparseHeader,
} from '../android-sparse.ts';
import type { ByteSource } from '../../byte-source.ts';
import { HostError } from '../../../report/errors.ts';
import { openImage } from '../../host/open-image.ts';
import { longestImageBytes, tooLong } from './longest-image.ts';

/** No more than this is in memory at once. */
const pieceBytes = 1024 * 1024;

/**
 * The raw image in an Android sparse image, in pieces.
 *
 * @throws HostError `image-damaged`, `image-too-large` when its header says so, and as `openImage` does
 */
export async function* unpackAndroidSparse(
  path: string,
  limitBytes = longestImageBytes,
): AsyncGenerator<Uint8Array> {
  const image = await openImage(path);
  try {
    const header = sensible(path, parseSparseHeader(await image.read(0, sparseHeaderBytes)));
    const sizeBytes = header.blocks * header.blockBytes;
    if (sizeBytes > limitBytes) throw tooLong(path, limitBytes);
    let [doneBytes, sum] = [0, 0];
    for await (const { chunk, at } of chunksOf(path, image, header)) {
      doneBytes += chunk.lengthBytes;
      if (doneBytes > sizeBytes) break;
      if (chunk.kind === 'sum' && (await image.read(at, 4)).readUInt32LE(0) !== sum)
        throw damaged(path, 'its checksum is another');
      for await (const piece of piecesOf(image, chunk, at)) {
        sum = crc32(piece, sum);
        yield piece;
      }
    }
    if (doneBytes !== sizeBytes) throw damaged(path, 'its chunks do not make up the whole');
  } finally {
    await image.close();
  }
}

/** Every chunk, with the offset of what follows its header. One that goes on behind the end of the file is an error. */
async function* chunksOf(
  path: string,
  image: ByteSource,
  header: SparseHeader,
): AsyncGenerator<{ readonly chunk: SparseChunk; readonly at: number }> {
  let at = header.headerBytes;
  for (let index = 0; index < header.chunks; index += 1) {
    const chunk = sensible(path, parseSparseChunk(await image.read(at, chunkHeaderBytes), header));
    at += header.chunkHeaderBytes;
    if (at + chunk.dataBytes > image.sizeBytes) throw damaged(path, 'its end is missing');
    yield { chunk, at };
    at += chunk.dataBytes;
  }
}

async function* piecesOf(
  image: ByteSource,
  { kind, lengthBytes }: SparseChunk,
  at: number,
): AsyncGenerator<Buffer> {
  const repeated =
    kind === 'raw'
      ? null
      : Buffer.alloc(Math.min(pieceBytes, lengthBytes), kind === 'fill' ? await image.read(at, 4) : 0);
  for (let done = 0; done < lengthBytes; done += pieceBytes) {
    const length = Math.min(pieceBytes, lengthBytes - done);
    yield repeated?.subarray(0, length) ?? (await image.read(at + done, length));
  }
}

function sensible<T extends object>(path: string, parsed: T | string): T {
  if (typeof parsed === 'string') throw damaged(path, parsed);
  return parsed;
}

function damaged(path: string, reason: string): HostError {
  return new HostError('image-damaged', `${path} cannot be read as an Android sparse image: ${reason}`, {
    hint: 'download it again',
  });
}
