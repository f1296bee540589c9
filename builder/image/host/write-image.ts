import { createHash } from 'node:crypto';
import { open, rename, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { overlayPatch, type Patch } from '../patch.ts';
import { HostError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { diskFull, isDiskFull } from '../../system/host/disk-full.ts';
import { copySparsely } from './copy-sparsely.ts';
import { withImage } from './open-image.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import { checkTarget } from './target-guard.ts';
import { writeFully } from '../../system/host/write-fully.ts';

/** One image to be written. */
export interface WriteImageJob {
  readonly basePath: string;
  readonly patch: Patch;
  /** The image file; it appears when it is complete. Its directory exists. */
  readonly target: string;
  /** Called with the number of bytes of the image that are done, up to its full size. */
  readonly onProgress?: (doneBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface WrittenImage {
  /** Of the whole image, holes as zeros. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Space that the file takes on the host. */
  readonly allocatedBytes: number;
}

const chunkBytes = 4 * 1024 * 1024;

/**
 * Writes base + patch as a sparse file of mode 0600. It is made under another name, flushed to the disk, and renamed
 * when complete; after a failure or an abort nothing is left. `cp` copies while the digest is computed from base and
 * patch, so the whole takes as long as the slower of the two.
 *
 * @throws HostError as `checkTarget` does, and `disk-full`, `image-changed`; the reason of the signal when aborted.
 */
export async function writeImage(job: WriteImageJob): Promise<WrittenImage> {
  const { basePath, target } = job;
  job.signal?.throwIfAborted();
  await checkTarget(target, basePath);
  await checkRoom(job);
  const temporary = await makePrivateTemporary(dirname(target));
  const partial = join(temporary.path, basename(target));
  // The first failure of the two stops the other, and both have ended before the directory is removed.
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(job.signal === undefined ? [] : [job.signal])]);
  const stopOther = (error: unknown): never => {
    failed.abort(error);
    throw error;
  };
  try {
    const [copied, hashed] = await Promise.allSettled([
      writePatched(job, partial, signal).catch(stopOther),
      hashPatched(job, signal).catch(stopOther),
    ]);
    if (signal.aborted) throw signal.reason;
    if (copied.status === 'rejected') throw copied.reason;
    if (hashed.status === 'rejected') throw hashed.reason;
    await rename(partial, target);
    await syncDirectory(dirname(target));
    return { sha256: hashed.value, ...copied.value };
  } catch (error) {
    throw isDiskFull(error) && !(error instanceof HostError)
      ? diskFull(target, 'write the image', error)
      : error;
  } finally {
    await temporary.remove();
  }
}

/** Better to refuse at once than to fail after minutes. A clone takes less, so this is only done where it is short. */
async function checkRoom({ basePath, patch, target }: WriteImageJob): Promise<void> {
  const [base, disk] = await Promise.all([stat(basePath), statfs(dirname(target))]);
  const needed = base.blocks * 512 + patch.sizeBytes;
  const free = disk.bavail * disk.bsize;
  if (needed <= free || supportsClones.has(disk.type)) return;
  throw new HostError(
    'disk-full',
    `cannot write ${target}: ${formatBytes(needed)} needed, ${formatBytes(free)} free on its disk`,
    { hint: 'free some space, or choose another directory (--out)' },
  );
}

/** Btrfs, XFS, bcachefs and ZFS. Source: linux/magic.h, and the projects' own headers. */
const supportsClones = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x2fc12fc1]);

async function writePatched(
  { basePath, patch }: WriteImageJob,
  partial: string,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; allocatedBytes: number }> {
  await copySparsely(basePath, partial, { step: 'write the image', signal });
  const handle = await open(partial, 'r+');
  try {
    for (const range of patch.ranges) {
      signal.throwIfAborted();
      const bytes = await patch.read(range);
      await writeFully(handle, bytes, range.offsetBytes);
    }
    await handle.sync();
    const status = await handle.stat();
    return { sizeBytes: status.size, allocatedBytes: status.blocks * 512 };
  } finally {
    await handle.close();
  }
}

/** Digest of base + patch. The next piece is read while this one is hashed. */
async function hashPatched(
  { basePath, patch, onProgress }: WriteImageJob,
  signal: AbortSignal,
): Promise<string> {
  return withImage(basePath, async (base) => {
    if (base.sizeBytes !== patch.baseSizeBytes) {
      throw new HostError('image-changed', `${basePath} is not the base that the patch was made for`, {
        hint: 'nothing else may write to the base meanwhile; build again',
      });
    }
    const hash = createHash('sha256');
    const read = async (offsetBytes: number) => {
      const bytes = await base.read(
        offsetBytes,
        Math.max(0, Math.min(chunkBytes, base.sizeBytes - offsetBytes)),
      );
      await overlayPatch(bytes, offsetBytes, patch);
      return bytes;
    };
    let next = read(0);
    try {
      for (let offsetBytes = 0; offsetBytes < base.sizeBytes; offsetBytes += chunkBytes) {
        const bytes = await next;
        signal.throwIfAborted();
        next = read(offsetBytes + chunkBytes);
        hash.update(bytes);
        onProgress?.(offsetBytes + bytes.length);
      }
    } finally {
      // The base must not be closed under a read that is still going on.
      await next.catch(() => undefined);
    }
    return hash.digest('hex');
  });
}

/** A rename survives a power cut once its directory is on the disk. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
