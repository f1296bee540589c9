import { rename, rm } from 'node:fs/promises';
import { shown } from '../../../report/shown.ts';
import { HostError } from '../../../report/errors.ts';
import { nameInError } from '../../../system/host/name-in-error.ts';
import { copySparsely } from '../../host/copy-sparsely.ts';
import { fingerprint } from '../../host/fingerprint.ts';
import { streamTool, type RunOptions } from '../../../system/host/run-tool.ts';
import type { ToolName } from '../../../system/host/tools.ts';
import { unpackAndroidSparse } from './android-sparse.ts';
import { damagedArchive, listArchive } from './archive-members.ts';
import { explainMemoryLimit, tooMuchMemory, unpackMemoryBytes } from './archive-memory.ts';
import { chooseImage } from './choose-image.ts';
import { containerOf, type Container } from './container-kind.ts';
import { convertDisk, type KnowsBase } from './convert-disk.ts';
import { encryptedImage } from './encrypted-image.ts';
import { longestImageBytes, tooLong } from './longest-image.ts';
import { listTar, tarArguments } from './tar-members.ts';
import { writeSparsely } from './write-sparsely.ts';

/** Options for unpacking an image. */
export interface UnpackOptions {
  /** Gets the number of bytes unpacked so far, of the step at hand. */
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** By default a disk must hold all of its data itself. */
  readonly knowsBase?: KnowsBase;
  /** No step unpacks to more. */
  readonly limitBytes?: number;
  /** Gets what is odd about a file, but no obstacle. */
  readonly onNote?: (text: string) => void;
}

/** An image may be packed in a container in a container; deeper is a mistake, or malice. */
const depthLimit = 4;

/** Programs that single containers need. */
export const toolsOfContainers: Readonly<Partial<Record<Container, ToolName>>> = {
  gz: 'gzip',
  xz: 'xz',
  zst: 'zstd',
  bz2: '7zz',
  zip: '7zz',
  '7z': '7zz',
  tar: 'tar',
  qcow2: 'qemu-img',
  vmdk: 'qemu-img',
  vdi: 'qemu-img',
  vhdx: 'qemu-img',
  vpc: 'qemu-img',
};

/**
 * Unpacks the image in a file into a new raw image, as a stream, with holes where it is empty. Of an archive the one
 * file that is an image is taken. What is written goes to `target` and, meanwhile, to names that begin like it; errors
 * name the file, or the one in the archive.
 *
 * @returns what the image is called: the path, and of an archive the file in it
 * @throws HostError `image-container-empty`, `image-container-several`, `image-container-deep`, `image-refers-outside`, `image-too-large`,
 *   `image-needs-memory`, `image-encrypted`, `image-changed`, and as the programs do
 */
export async function unpackContainer(
  path: string,
  target: string,
  options: UnpackOptions = {},
): Promise<string> {
  const before = await fingerprint(path);
  const result = await unpackLayers(path, target, options).then(
    (name) => ({ name }),
    (error: unknown) => ({ error }),
  );
  // A file that is still being written looks damaged, too: this is the reason, and is told.
  if ((await fingerprint(path)) !== before) {
    await rm(target, { force: true });
    throw new HostError('image-changed', `${path} was changed while it was unpacked`, {
      hint: 'wait until nothing else writes to it, and try again',
      ...('error' in result && { cause: result.error }),
    });
  }
  if ('error' in result) throw result.error;
  return result.name;
}

async function unpackLayers(path: string, target: string, options: UnpackOptions): Promise<string> {
  const step = (depth: number): string => `${target}.step-${depth}`;
  // What an unpacking that was killed has left.
  for (let depth = 0; depth < depthLimit; depth += 1) await rm(step(depth), { force: true });
  let current = path;
  let name = path;
  const leave = async (): Promise<void> => {
    if (current !== path) await rm(current, { force: true });
  };
  try {
    for (let depth = 0; depth < depthLimit; depth += 1) {
      const container = await containerOf(current);
      if (container === 'raw') {
        if (current === path) await copySparsely(path, target, { step: `copy ${path}` });
        else await rename(current, target);
        return name;
      }
      const next = step(depth);
      const member = await unpackStep(container, current, next, options).catch((error: unknown) => {
        throw nameInError(error, current, name);
      });
      if (member !== null) name = `${member} in ${name}`;
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

/** Takes one layer off. Returns the name of the file of an archive; null when the layer has but one. */
async function unpackStep(
  container: Exclude<Container, 'raw'>,
  path: string,
  target: string,
  options: UnpackOptions,
): Promise<string | null> {
  const { onBytes, onNote, signal, limitBytes = longestImageBytes } = options;
  const run = { step: `unpack ${path}`, timeoutSeconds: 7200, signal };
  const write: Write = async (pieces) => {
    let length = 0;
    await writeSparsely(pieces, target, (done) => {
      if (done > limitBytes) throw tooLong(path, limitBytes);
      length = done;
      onBytes?.(done);
    });
    return length;
  };
  const memory = String(unpackMemoryBytes);
  try {
    switch (container) {
      case 'gz':
        await unpackGzip(path, run, write, onNote);
        return null;
      case 'xz':
        await streamTool('xz', ['-dcq', '-T0', `--memlimit-decompress=${memory}`, '--', path], run, write);
        return null;
      case 'zst':
        await streamTool('zstd', ['-dcq', `--memory=${memory}`, '--', path], run, write);
        return null;
      case 'bz2':
        await streamTool('7zz', ['e', '-so', '-tbzip2', '--', path], run, write);
        return null;
      case 'android':
        await write(unpackAndroidSparse(path, limitBytes));
        return null;
      case 'zip':
      case '7z':
      case 'tar':
        return await unpackMember(container, path, { run, write, limitBytes });
      default:
        await convertDisk(container, path, target, { run, knowsBase: options.knowsBase ?? knowsNone });
        return null;
    }
  } catch (error) {
    await rm(target, { force: true });
    throw explainMemoryLimit(path, error);
  }
}

/** Writes what a program prints, and returns its length in bytes. */
type Write = (pieces: AsyncIterable<Uint8Array>) => Promise<number>;
type Run = Pick<RunOptions, 'step' | 'timeoutSeconds' | 'signal'>;

const knowsNone: KnowsBase = () => Promise.resolve(false);

/**
 * Some vendors put a signature behind the stream. gzip leaves it out and says so by its exit code; the zeros of a copy
 * from a card are no matter. xz and zstd refuse both, and so does dlimage.
 */
async function unpackGzip(
  path: string,
  run: Run,
  write: Write,
  onNote: UnpackOptions['onNote'],
): Promise<void> {
  const hasMore = (stderr: string): boolean => /trailing garbage ignored/.test(stderr);
  const { stderr } = await streamTool('gzip', ['-dc', '--', path], { ...run, isHarmless: hasMore }, write);
  if (hasMore(stderr)) onNote?.(`${path} goes on behind its compressed image: what is there is left out`);
}

/** Unpacks the one image of an archive. Returns its name. */
async function unpackMember(
  container: 'zip' | '7z' | 'tar',
  path: string,
  { run, write, limitBytes }: { readonly run: Run; readonly write: Write; readonly limitBytes: number },
): Promise<string> {
  const list = container === 'tar' ? listTar : listArchive;
  const { name, sizeBytes, memoryBytes, isEncrypted } = chooseImage(path, await list(path, run.signal));
  if (isEncrypted === true) throw encryptedImage(`${shown(name)} in ${path}`);
  if (sizeBytes > limitBytes) throw tooLong(path, limitBytes);
  if (memoryBytes > unpackMemoryBytes) throw tooMuchMemory(path);
  let length = 0;
  const measure = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    length = await write(pieces);
  };
  if (container === 'tar') await streamTool('tar', tarArguments(path, name), run, measure);
  else await streamTool('7zz', ['e', '-so', '-spd', '--', path, name], run, measure);
  // 7zz is content when no file has that name: one with a backslash is listed otherwise than it is stored.
  if (length === sizeBytes) return shown(name);
  throw damagedArchive(path, [`${shown(name)} has ${sizeBytes} bytes, but ${length} came out`]);
}
