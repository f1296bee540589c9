import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../../report/format-units.ts';
import { copySparsely } from '../../image/host/copy-sparsely.ts';
import { growRoot, type FreeSpace } from '../../image/host/grow-root.ts';
import { nameInError } from '../../system/host/name-in-error.ts';
import type { Run } from '../../system/host/run.ts';
import type { BaseRecord, BuiltBase } from './built-base.ts';
import { ensureCached } from './ensure-cached.ts';
import { recordImage } from './record-image.ts';

/** Bases grow to a few sizes only, so that a file more in a definition does not make another copy. */
const stepBytes = 256 * 1024 * 1024;
const stepInodes = 4096;
/** Goes up when a change of the code makes another image of the same base. */
const revision = 2;

/** A base that may have too little room: what is told of it in lists and in the manifest, and its image. */
export type GrowableBase = Pick<
  BaseRecord,
  'definitionName' | 'platform' | 'architecture' | 'sha256' | 'packages' | 'extraPackages'
> & { readonly imagePath: string };

/**
 * A base like another one, with at least so much free in its root filesystem. It is made once, lies in the cache
 * like any other, and takes patches as any other does.
 *
 * @throws HostError as `growRoot` and `ensureCached` do.
 */
export async function ensureGrownBase(base: GrowableBase, free: FreeSpace, options: Run): Promise<BuiltBase> {
  const wanted = {
    bytes: Math.ceil(free.bytes / stepBytes) * stepBytes,
    inodes: Math.ceil(free.inodes / stepInodes) * stepInodes,
  };
  const room = `${formatBytes(wanted.bytes)} and ${wanted.inodes} files free`;
  const { imagePath, sha256, ...told } = base;
  const key = createHash('sha256')
    .update(`grown ${revision} ${sha256} ${wanted.bytes} ${wanted.inodes}`)
    .digest('hex');
  return await ensureCached(key, options, async (directory) => {
    const started = performance.now();
    const task = options.progress.task(`Grow ${base.definitionName}: ${room}`);
    const path = join(directory, 'base.img');
    const { signal } = options;
    try {
      await copySparsely(imagePath, path, { step: 'copy the base that grows', signal });
      await chmod(path, 0o600);
      await growRoot(path, wanted, { signal });
      const buildSeconds = Math.round((performance.now() - started) / 1000);
      const origin = `grown: ${room}`;
      await recordImage(directory, { ...told, key, origin, buildSeconds }, options.signal);
      task.done();
    } catch (error) {
      task.fail();
      // The copy is nothing to users.
      throw nameInError(error, path, imagePath);
    }
  });
}
