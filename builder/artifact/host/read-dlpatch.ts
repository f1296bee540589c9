import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import {
  dlpatchDigestBytes,
  dlpatchPrefixBytes,
  parseDlpatchHeader,
  parseDlpatchPrefix,
  type DlpatchHeader,
  type DlpatchLayer,
} from '../dlpatch.ts';
import type { Patch } from '../../image/patch.ts';
import { HostError } from '../../report/errors.ts';
import { openImage } from '../../image/host/open-image.ts';
import { createPatchStore } from '../../image/host/patch-store.ts';

/** A `.dlpatch` that was found whole. */
export interface OpenDlpatch {
  readonly header: DlpatchHeader;
  /** The shared layer, then the node's own. */
  readonly layers: readonly Patch[];
  close(): Promise<void>;
}

/** No range of a patch is longer, see `Patch`. */
const rangeLimitBytes = 1024 * 1024;

/** True when a file begins as a `.dlpatch` does. */
export function isDlpatch(start: Buffer): boolean {
  return parseDlpatchPrefix(start) !== null;
}

/**
 * Reads a `.dlpatch` and checks it against its own digest. `directory` is private; a large patch lies there.
 *
 * @throws HostError `patch-damaged`, or as `openImage` does
 */
export async function readDlpatch(path: string, directory: string): Promise<OpenDlpatch> {
  const { header, layersOffset } = await readChecked(path);
  const layers: Patch[] = [];
  const close = async () => {
    for (const layer of layers) await layer.close();
  };
  try {
    let position = layersOffset;
    for (const layer of header.layers) {
      layers.push(await readLayer(path, position, layer, header.image.sizeBytes, directory));
      position += layer.compressedBytes;
    }
    return { header, layers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readChecked(path: string): Promise<{ header: DlpatchHeader; layersOffset: number }> {
  const file = await openImage(path);
  try {
    const headerBytes = parseDlpatchPrefix(await file.read(0, dlpatchPrefixBytes));
    if (headerBytes === null) throw damaged(path, 'it is no .dlpatch');
    const contentBytes = file.sizeBytes - dlpatchDigestBytes;
    if (dlpatchPrefixBytes + headerBytes > contentBytes) throw damaged(path, 'it is cut off');
    const hash = createHash('sha256');
    for (let offset = 0; offset < contentBytes; offset += rangeLimitBytes) {
      hash.update(await file.read(offset, Math.min(rangeLimitBytes, contentBytes - offset)));
    }
    const digest = await file.read(Math.max(0, contentBytes), dlpatchDigestBytes);
    if (!hash.digest().equals(digest)) throw damaged(path, 'its checksum does not match its content');
    const header = parseDlpatchHeader(await file.read(dlpatchPrefixBytes, headerBytes));
    if ('problem' in header) throw damaged(path, header.problem);
    const layersOffset = dlpatchPrefixBytes + headerBytes;
    const expected = header.layers.reduce((sum, layer) => sum + layer.compressedBytes, layersOffset);
    if (expected !== contentBytes) throw damaged(path, 'its layers do not fill it');
    return { header, layersOffset };
  } finally {
    await file.close();
  }
}

async function readLayer(
  path: string,
  offsetBytes: number,
  { ranges, compressedBytes }: DlpatchLayer,
  imageSizeBytes: number,
  directory: string,
): Promise<Patch> {
  const store = createPatchStore(imageSizeBytes, directory);
  try {
    const compressed = createReadStream(path, { start: offsetBytes, end: offsetBytes + compressedBytes - 1 });
    await pipeline(compressed, createInflateRaw(), async (chunks: AsyncIterable<Buffer>) => {
      const { take, hasMore } = takeFrom(chunks[Symbol.asyncIterator](), path);
      for (const [start, lengthBytes] of ranges) {
        for (let done = 0; done < lengthBytes; done += rangeLimitBytes) {
          await store.append(start + done, await take(Math.min(rangeLimitBytes, lengthBytes - done)));
        }
      }
      if (await hasMore()) throw damaged(path, 'a layer is too long');
    });
    return store.finish();
  } catch (error) {
    await store.discard();
    throw isInflateError(error) ? damaged(path, 'a layer cannot be unpacked') : error;
  }
}

function isInflateError(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && /^Z_|^ERR_STREAM_PREMATURE_CLOSE$/.test(String(error.code))
  );
}

/** The rest of a stream, taken in pieces of a wanted length. */
interface Taking {
  readonly take: (lengthBytes: number) => Promise<Buffer>;
  /** Reads no further than to the next byte: what is too long may be without end. */
  readonly hasMore: () => Promise<boolean>;
}

function takeFrom(chunks: AsyncIterator<Buffer>, path: string): Taking {
  let rest: Buffer = Buffer.alloc(0);
  const take = async (lengthBytes: number): Promise<Buffer> => {
    const parts: Buffer[] = [rest];
    let found = rest.length;
    while (found < lengthBytes) {
      const { value, done } = await chunks.next();
      if (done === true) throw damaged(path, 'a layer is too short');
      parts.push(value);
      found += value.length;
    }
    const all = parts.length === 1 ? rest : Buffer.concat(parts);
    rest = all.subarray(lengthBytes);
    return all.subarray(0, lengthBytes);
  };
  const hasMore = async (): Promise<boolean> => {
    for (;;) {
      if (rest.length > 0) return true;
      const { value, done } = await chunks.next();
      if (done === true) return false;
      rest = value;
    }
  };
  return { take, hasMore };
}

function damaged(path: string, reason: string): HostError {
  return new HostError('patch-damaged', `${path} cannot be used: ${reason}`, {
    hint: 'copy or build the patch again',
  });
}
