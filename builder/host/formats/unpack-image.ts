import { createReadStream } from 'node:fs';
import { open, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ConvertedDisk } from '../../formats/disk-identity.ts';
import { HostError } from '../../report/errors.ts';
import { diskFull, isDiskFull } from '../disk-full.ts';
import type { Progress } from '../progress.ts';
import { runTool } from '../run-tool.ts';
import { applyDlpatch } from './apply-dlpatch.ts';
import { isDlpatch, readStart } from './read-dlpatch.ts';

/** How an image may be packed, by the first bytes of its file. */
export type Packing = 'raw' | 'zst' | 'xz' | 'gz' | 'qcow2' | ConvertedDisk | 'dlpatch';

/** Where unpacked images go, and where the bases of patches are looked for. */
export interface UnpackContext {
  /** Private; whoever asks removes it. */
  readonly directory: string;
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Source: the magic numbers as in `read-layout.ts`. */
const magics: readonly (readonly [string, Packing])[] = [
  ['\xfd7zXZ\0', 'xz'],
  ['\x1f\x8b', 'gz'],
  ['\x28\xb5\x2f\xfd', 'zst'],
  ['QFI\xfb', 'qcow2'],
  ['KDMV', 'vmdk'],
  ['vhdxfile', 'vhdx'],
  // The text before VDI's own number, which is not at the beginning.
  ['<<< QEMU VM Virtual Disk Image >>>', 'vdi'],
  ['<<< Oracle VM VirtualBox Disk Image >>>', 'vdi'],
];

/** Says how an image is packed. */
export async function packingOf(path: string): Promise<Packing> {
  const start = await readStart(path, 64);
  if (isDlpatch(start)) return 'dlpatch';
  return magics.find(([magic]) => start.toString('latin1').startsWith(magic))?.[1] ?? 'raw';
}

/**
 * Gives the path of a raw image with what a file holds: the file itself when it is raw, else a sparse copy called
 * `name` in the context's directory.
 *
 * @throws HostError `image-damaged` when it cannot be unpacked, or as `applyDlpatch` does
 */
export async function unpackImage(path: string, name: string, context: UnpackContext): Promise<string> {
  const packing = await packingOf(path);
  if (packing === 'raw') return path;
  const target = join(context.directory, `${name}.img`);
  const task = context.progress.task(`Unpack ${path}`);
  try {
    await unpack(packing, resolve(path), target, context);
    task.done();
    return target;
  } catch (error) {
    await rm(target, { force: true });
    if (error instanceof HostError && error.id === 'patch-base-missing') {
      task.done('its base is not here');
      throw error;
    }
    task.fail();
    if (isDiskFull(error)) throw diskFull(target, `unpack ${path}`, error);
    if (error instanceof HostError && error.id !== 'tool-failed') throw error;
    throw new HostError('image-damaged', `${path} cannot be unpacked`, {
      hint: 'build or copy it again',
      details: error instanceof HostError ? error.details : [String(error)],
      cause: error,
    });
  }
}

async function unpack(
  packing: Exclude<Packing, 'raw'>,
  path: string,
  target: string,
  context: UnpackContext,
): Promise<void> {
  const options = {
    step: `unpack ${path}`,
    timeoutSeconds: 3600,
    ...(context.signal && { signal: context.signal }),
  };
  switch (packing) {
    case 'zst':
      await runTool('zstd', ['-dq', '--sparse', '-o', target, '--', path], options);
      return;
    case 'xz':
      // xz writes beside its input, and without the zeros; the link puts the input where the output belongs.
      await symlink(path, `${target}.xz`);
      try {
        await runTool('xz', ['-dkfq', '--', `${target}.xz`], options);
      } finally {
        await rm(`${target}.xz`);
      }
      return;
    case 'gz':
      await unpackGzip(path, target);
      return;
    case 'qcow2':
    case 'vmdk':
    case 'vdi':
    case 'vhdx':
      await runTool('qemu-img', ['convert', '-f', packing, '-O', 'raw', path, target], options);
      return;
    case 'dlpatch':
      await applyDlpatch({ ...context, patchPath: path, base: undefined, outputPath: target });
  }
}

/** Node's own zlib, and holes where there are only zeros. */
async function unpackGzip(path: string, target: string): Promise<void> {
  const zeros = Buffer.alloc(64 * 1024);
  const partial = `${target}.partial`;
  const file = await open(partial, 'wx', 0o600);
  try {
    let position = 0;
    const gunzip = createGunzip({ chunkSize: zeros.length });
    await pipeline(createReadStream(path), gunzip, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        if (!chunk.equals(zeros.subarray(0, chunk.length)))
          await file.write(chunk, 0, chunk.length, position);
        position += chunk.length;
      }
    });
    await file.truncate(position);
  } finally {
    await file.close();
  }
  await rename(partial, target);
}
