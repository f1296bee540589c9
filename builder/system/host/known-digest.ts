import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateDirectory, readTextIfExists, writeFileAtomically } from './files.ts';
import { hashFile } from './hash-file.ts';
import type { Progress } from './progress.ts';

/** A file that was written to a moment ago may be written to again without its times showing it. */
const settledMilliseconds = 2000;

/**
 * SHA-256 of a large file, as 64 hexadecimal digits. It is kept in the cache with what the filesystem says of the file
 * (device, inode, size, time of content and of inode), so that a base is hashed once and not for every build.
 */
export async function knownDigest(
  path: string,
  context: {
    readonly cacheDirectory: string;
    readonly progress: Progress;
    /** What the user reads while it is hashed. */
    readonly title: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string> {
  const directory = join(context.cacheDirectory, 'digests');
  const name = createHash('sha256')
    .update(await realpath(path))
    .digest('hex');
  const note = join(directory, name);
  const { fingerprint, sizeBytes, changedAt } = await look(path);
  const [kept, sha256 = ''] = (await readTextIfExists(note))?.trim().split(' ') ?? [];
  if (kept === fingerprint && /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  const startedAt = Date.now();
  const task = context.progress.task(context.title, { total: sizeBytes, unit: 'bytes' });
  const fresh = await hashFile(path, { onBytes: (done) => task.update(done), signal: context.signal });
  task.done();
  const isSettled = startedAt - changedAt > settledMilliseconds;
  if (isSettled && (await look(path)).fingerprint === fingerprint) {
    await makePrivateDirectory(directory);
    await writeFileAtomically(note, `${fingerprint} ${fresh}\n`);
  }
  return fresh;
}

async function look(path: string): Promise<{ fingerprint: string; sizeBytes: number; changedAt: number }> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true });
  return {
    fingerprint: [dev, ino, size, mtimeNs, ctimeNs].join(':'),
    sizeBytes: Number(size),
    changedAt: Number(ctimeMs),
  };
}
