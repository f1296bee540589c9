import { rename, rm } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { HostError } from '../../report/errors.ts';
import { copySparsely } from '../image/copy-sparsely.ts';
import { fingerprint } from '../image/fingerprint.ts';
import { streamTool } from '../run-tool.ts';
import type { ToolName } from '../tools.ts';
import { chooseMember, damagedArchive } from './archive-members.ts';
import { explainMemoryLimit, unpackMemoryBytes } from './archive-memory.ts';
import { containerOf, type Container } from './container-kind.ts';
import { convertDisk, type KnowsBase } from './convert-disk.ts';
import { longestImageBytes, tooLong } from './longest-image.ts';
import { readThrough } from './read-through.ts';
import { unpackTar } from './unpack-tar.ts';
import { writeSparsely } from './write-sparsely.ts';

/** How an image is unpacked. */
export interface UnpackOptions {
  /** Gets the number of bytes unpacked so far, of the step at hand. */
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** By default a disk must hold all of its data itself. */
  readonly knowsBase?: KnowsBase;
  /** No step unpacks to more. */
  readonly limitBytes?: number;
}

/** An image may be packed in a container in a container; deeper is a mistake, or malice. */
const depthLimit = 4;

/** Programs that single containers need. */
export const toolsOfContainers: Readonly<Partial<Record<Container, ToolName>>> = {
  xz: 'xz',
  zst: 'zstd',
  bz2: '7zz',
  zip: '7zz',
  '7z': '7zz',
  qcow2: 'qemu-img',
  vmdk: 'qemu-img',
  vdi: 'qemu-img',
  vhdx: 'qemu-img',
};

/**
 * Unpacks the image in a file into a new raw image, as a stream, with holes where it is empty. Of an archive the one
 * file that is an image is taken. What is written goes to `target` and, meanwhile, to names that begin like it.
 *
 * @throws HostError `image-container-empty`, `image-container-deep`, `image-refers-outside`, `image-too-large`,
 *   `image-needs-memory`, `image-changed`, and as the programs do
 */
export async function unpackContainer(
  path: string,
  target: string,
  options: UnpackOptions = {},
): Promise<void> {
  const before = await fingerprint(path);
  const failure = await unpackLayers(path, target, options).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  // A file that is still being written looks damaged, too: this is the reason, and is told.
  if ((await fingerprint(path)) !== before) {
    await rm(target, { force: true });
    throw new HostError('image-changed', `${path} was changed while it was unpacked`, {
      hint: 'wait until nothing else writes to it, and try again',
      cause: failure?.error,
    });
  }
  if (failure !== null) throw failure.error;
}

async function unpackLayers(path: string, target: string, options: UnpackOptions): Promise<void> {
  const step = (depth: number): string => `${target}.step-${depth}`;
  // What an unpacking that was killed has left.
  for (let depth = 0; depth < depthLimit; depth += 1) await rm(step(depth), { force: true });
  let current = path;
  const leave = async (): Promise<void> => {
    if (current !== path) await rm(current, { force: true });
  };
  try {
    for (let depth = 0; depth < depthLimit; depth += 1) {
      const container = await containerOf(current);
      if (container === 'raw') {
        if (current === path) await copySparsely(path, target, { step: `copy ${path}` });
        else await rename(current, target);
        return;
      }
      const next = step(depth);
      await unpackStep(container, current, next, options);
      await leave();
      current = next;
    }
  } finally {
    await leave();
  }
  throw new HostError('image-container-deep', `${path} is packed in too many layers`, {
    hint: `dlimage unpacks up to ${depthLimit - 1}: unpack it yourself`,
  });
}

async function unpackStep(
  container: Exclude<Container, 'raw'>,
  path: string,
  target: string,
  {
    onBytes,
    signal,
    knowsBase = () => Promise.resolve(false),
    limitBytes = longestImageBytes,
  }: UnpackOptions,
): Promise<void> {
  const run = { step: `unpack ${path}`, timeoutSeconds: 7200, ...(signal && { signal }) };
  let length = 0;
  const write = (pieces: AsyncIterable<Uint8Array>) =>
    writeSparsely(pieces, target, (done) => {
      if (done > limitBytes) throw tooLong(path, limitBytes);
      length = done;
      onBytes?.(done);
    });
  try {
    switch (container) {
      case 'xz':
        return await streamTool(
          'xz',
          ['-dcq', '-T0', `--memlimit-decompress=${unpackMemoryBytes}`, '--', path],
          run,
          write,
        );
      case 'zst':
        return await streamTool('zstd', ['-dcq', `--memory=${unpackMemoryBytes}`, '--', path], run, write);
      case 'gz':
        return await write(readThrough(path, createGunzip()));
      case 'qcow2':
      case 'vmdk':
      case 'vdi':
      case 'vhdx':
        return await convertDisk(container, path, target, { run, knowsBase });
      case 'tar':
        return await unpackTar(path, write);
      case 'bz2':
        return await streamTool('7zz', ['e', '-so', '-tbzip2', '--', path], run, write);
      case 'zip':
      case '7z': {
        const { name, sizeBytes } = await chooseMember(path, signal);
        await streamTool('7zz', ['e', '-so', '-spd', '--', path, name], run, write);
        // 7zz is content when no member has that name: one with a backslash is listed otherwise than it is stored.
        if (length === sizeBytes) return;
        throw damagedArchive(path, [`${name} has ${sizeBytes} bytes, but ${length} came out`]);
      }
    }
  } catch (error) {
    await rm(target, { force: true });
    throw explainMemoryLimit(path, error);
  }
}
