import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { parseImageArchive, type ImageArchive, type UnreadableArchive } from '../model/image-archive.ts';

/** Manifests and configurations are smaller; layers, which are larger, are passed over. */
const largestDescriptionBytes = 1024 * 1024;
/** Of all files that may be descriptions; an archive with more is none that Docker made. */
const largestDescriptionsBytes = 64 * 1024 * 1024;

/** Programs that can take off a compression other than gzip, by the first bytes of what they make. */
const otherCompressions: readonly (readonly [string, string])[] = [
  ['fd377a585a00', 'xz'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'bzip2'],
];

/** Reads what container images are in a file, as a stream: archives are larger than memory. */
export async function inspectImageArchive(path: string): Promise<ImageArchive | UnreadableArchive> {
  const start = await readStart(path);
  const packer = otherCompressions.find(([magic]) => start.startsWith(magic))?.[1];
  if (packer !== undefined) {
    return { problem: `is compressed with ${packer}`, hint: `unpack it first: ${packer} --decompress` };
  }
  try {
    const files = await readDescriptions(path, start.startsWith('1f8b'));
    return parseImageArchive(files, (bytes) => createHash('sha256').update(bytes).digest('hex'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = 'make it again with `docker save --output FILE NAME:TAG`, and copy all of it';
    return { problem: `cannot be read as a tar archive (${reason})`, hint };
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    return buffer.subarray(0, bytesRead).toString('hex');
  } finally {
    await file.close();
  }
}

async function readDescriptions(path: string, isCompressed: boolean): Promise<Map<string, Uint8Array>> {
  const archive = extract();
  const source = createReadStream(path);
  const fed = isCompressed ? pipeline(source, createGunzip(), archive) : pipeline(source, archive);
  const files = new Map<string, Uint8Array>();
  let total = 0;
  const read = async (): Promise<void> => {
    for await (const entry of archive) {
      const { name, type, size } = entry.header;
      const isDescription = type === 'file' && size <= largestDescriptionBytes;
      if (!isDescription || (total += size) > largestDescriptionsBytes) {
        entry.resume();
        continue;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      files.set(name.replace(/^\.\//, ''), Buffer.concat(chunks));
    }
  };
  await Promise.all([fed, read()]);
  return files;
}
