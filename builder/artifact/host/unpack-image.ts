import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { listBases } from '../../base/host/base-cache.ts';
import { diskFull, isDiskFull } from '../../system/host/disk-full.ts';
import { knownDigest } from '../../system/host/known-digest.ts';
import type { Progress } from '../../system/host/progress.ts';
import { containerOf, type Container } from '../../image/packing/host/container-kind.ts';
import { unpackContainer } from '../../image/packing/host/unpack-container.ts';
import { applyDlpatch } from './apply-dlpatch.ts';
import { isDlpatch } from './read-dlpatch.ts';
import { readStart } from '../../image/host/open-image.ts';

/** Recognises the packing of an image by the first bytes of its file. */
export type Packing = Container | 'dlpatch';

/** Folder for unpacked images, and the cache with the bases of patches. */
export interface UnpackContext {
  /** Private; whoever asks removes it. */
  readonly directory: string;
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** SHA-256 of the base that a thin disk may lie over, beside those in the cache. */
  readonly baseSha256?: string | undefined;
}

/** Says how an image is packed. */
export async function packingOf(path: string): Promise<Packing> {
  return isDlpatch(await readStart(path, 16)) ? 'dlpatch' : await containerOf(path);
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

async function unpack(packing: Packing, path: string, target: string, context: UnpackContext): Promise<void> {
  if (packing === 'dlpatch')
    await applyDlpatch({ ...context, patchPath: path, base: undefined, outputPath: target });
  else {
    const knowsBase = (base: string) => isKnownBase(base, context);
    const onNote = (text: string): void => context.progress.note(`note: ${text}`);
    await unpackContainer(path, target, {
      ...(context.signal && { signal: context.signal }),
      knowsBase,
      onNote,
    });
  }
}

/** A thin disk of ours lies over a base in the cache, or over the file that the build was given. */
async function isKnownBase(path: string, context: UnpackContext): Promise<boolean> {
  const cached = await listBases(context.cacheDirectory);
  if (cached.some(({ imagePath }) => imagePath === path)) return true;
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  return (
    isFile &&
    context.baseSha256 !== undefined &&
    (await knownDigest(path, { ...context, title: 'Check the base' })) === context.baseSha256
  );
}
