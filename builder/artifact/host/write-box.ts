import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { totalLength, type Piece } from '../../image/piece.ts';
import { planQcow2 } from '../qcow2.ts';
import { defaultMtimeSeconds } from '../../node/render/make-entry.ts';
import { libvirtMetadata, virtualboxMetadata, wholeGibibytes, type BoxFiles } from '../box-files.ts';
import { hashFile } from '../../system/host/hash-file.ts';
import type { AssembleResult } from './assemble.ts';
import type { ArtifactWriter, LayeredImage, WriterContext } from './artifact-writer.ts';
import { createConvertedWriter } from './write-converted.ts';
import { patchedRanges } from './write-qcow2.ts';

/** Writes boxes for vagrant-libvirt and vagrant-qemu: the disk is planned, and streams into the tar as it is read. */
export function createLibvirtBoxWriter(): ArtifactWriter {
  return {
    async write(path, image, signal) {
      const { vagrantfile } = filesOf(image);
      const { plan, dataRanges } = image;
      // vagrant-libvirt makes the disk as large as the metadata say; so it is that large from the start.
      const sizeBytes = wholeGibibytes(plan.sizeBytes) * 2 ** 30;
      const disk = planQcow2({ sizeBytes, contents: plan.pieces, ranges: patchedRanges(plan, dataRanges) });
      return writeTar(
        path,
        [
          { name: 'metadata.json', pieces: [text(libvirtMetadata(sizeBytes))] },
          { name: 'Vagrantfile', pieces: [text(vagrantfile)] },
          { name: 'box.img', pieces: disk },
        ],
        signal,
      );
    },
  };
}

/** Writes boxes for VirtualBox: OVF, its disk, and the manifest with their checksums. */
export function createVirtualboxBoxWriter(context: WriterContext): ArtifactWriter {
  const converted = createConvertedWriter(context, 'vmdk', 'subformat=streamOptimized');
  return {
    async write(path, image, signal) {
      const { vagrantfile, ovf } = filesOf(image);
      const folder = `${path}.d`;
      await mkdir(folder, { mode: 0o700 });
      try {
        const disk = join(folder, 'box.vmdk');
        const { sizeBytes } = await converted.write(disk, image, signal);
        const sums = { 'box.ovf': sha256(ovf), 'box.vmdk': await hashFile(disk, { signal }) };
        const manifest = Object.entries(sums).map(([name, sum]) => `SHA256(${name})= ${sum}\n`);
        const whole: Piece = { kind: 'file', path: disk, offsetBytes: 0, lengthBytes: sizeBytes };
        return await writeTar(
          path,
          [
            { name: 'metadata.json', pieces: [text(virtualboxMetadata())] },
            { name: 'Vagrantfile', pieces: [text(vagrantfile)] },
            { name: 'box.ovf', pieces: [text(ovf)] },
            { name: 'box.mf', pieces: [text(manifest.join(''))] },
            { name: 'box.vmdk', pieces: [whole] },
          ],
          signal,
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

interface TarFile {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

/** Fixed times, owners, modes and order: the same image gives the same box. */
async function writeTar(
  path: string,
  files: readonly TarFile[],
  signal: AbortSignal | undefined,
): Promise<AssembleResult> {
  const tar = pack();
  const output = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measure = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  const options = { signal };
  await Promise.all([
    pipeline(Readable.from(tar), measure, output.createWriteStream(), options),
    addFiles(tar, files).catch((error: unknown) => {
      tar.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }),
  ]);
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function addFiles(tar: Pack, files: readonly TarFile[]): Promise<void> {
  for (const { name, pieces } of files) {
    const mtime = new Date(defaultMtimeSeconds * 1000);
    const header = { name, size: totalLength(pieces), mode: 0o644, uid: 0, gid: 0, mtime };
    await pipeline(Readable.from(read(pieces), { objectMode: false }), tar.entry(header));
  }
  tar.finalize();
}

const zeros = Buffer.alloc(1024 * 1024);

async function* read(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece.kind === 'bytes') yield piece.bytes;
    else if (piece.kind === 'zeros') {
      for (let left = piece.lengthBytes; left > 0; left -= zeros.length) yield zeros.subarray(0, left);
    } else if (piece.lengthBytes > 0) {
      const end = piece.offsetBytes + piece.lengthBytes - 1;
      yield* createReadStream(piece.path, { start: piece.offsetBytes, end, highWaterMark: zeros.length });
    }
  }
}

function text(content: string): Piece {
  return { kind: 'bytes', bytes: Buffer.from(content) };
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function filesOf({ boxFiles }: LayeredImage): BoxFiles {
  if (boxFiles === null) throw new Error('a box was asked for without its files');
  return boxFiles;
}
