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
    /** Title of the task while it is hashed. */
    readonly title: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string> {
  const known = await keptDigest(path, context);
  if (known !== null) return known;
  const { fingerprint, sizeBytes, changedAt } = await look(path);
  const startedAt = Date.now();
  const task = context.progress.task(context.title, { total: sizeBytes, unit: 'bytes' });
  const fresh = await hashFile(path, { onBytes: (done) => task.update(done), signal: context.signal });
  task.done();
  const isSettled = startedAt - changedAt > settledMilliseconds;
  if (isSettled && (await look(path)).fingerprint === fingerprint) {
    await makePrivateDirectory(digestsDirectory(context.cacheDirectory));
    await writeFileAtomically(await noteOf(path, context), `${fingerprint} ${fresh}\n`);
  }
  return fresh;
}

/** The digest that the cache has of a file that is still the same; null when it has to be hashed. */
export async function keptDigest(
  path: string,
  context: { readonly cacheDirectory: string },
): Promise<string | null> {
  const text = await readTextIfExists(await noteOf(path, context));
  const [kept, sha256 = ''] = text?.trim().split(' ') ?? [];
  return kept === (await look(path)).fingerprint && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null;
}

function digestsDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, 'digests');
}

async function noteOf(
  path: string,
  { cacheDirectory }: { readonly cacheDirectory: string },
): Promise<string> {
  const name = createHash('sha256')
    .update(await realpath(path))
    .digest('hex');
  return join(digestsDirectory(cacheDirectory), name);
}

async function look(path: string): Promise<{ fingerprint: string; sizeBytes: number; changedAt: number }> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true });
  return {
    fingerprint: [dev, ino, size, mtimeNs, ctimeNs].join(':'),
    sizeBytes: Number(size),
    changedAt: Number(ctimeMs),
  };
}
