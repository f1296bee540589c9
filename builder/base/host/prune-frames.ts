import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Compressed bases may take this much of the cache; three formats of one base take about one GB. */
const limitBytes = 8 * 1024 ** 3;
/** Files that were used since then may be in use by another build. */
const keptMilliseconds = 24 * 60 * 60 * 1000;

/** Directory of what was made of one base: its compressed frames, and where it holds data. */
export function framesDirectory(cacheDirectory: string, baseSha256: string): string {
  return join(cacheDirectory, 'frames', baseSha256);
}

/** Notes that a base's frames are in use now. */
export async function touchFrames(directory: string): Promise<void> {
  const now = new Date();
  await utimes(directory, now, now);
}

/** Removes the frames of those bases that were not used for longest, until the rest is within the limit. */
export async function pruneFrames(cacheDirectory: string, options = { limitBytes }): Promise<void> {
  const parent = join(cacheDirectory, 'frames');
  const names = await readdir(parent).catch(() => []);
  const bases = await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name);
      return { path, usedAt: (await stat(path)).mtimeMs, sizeBytes: await sizeOf(path) };
    }),
  );
  let total = bases.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { path, usedAt, sizeBytes } of bases.toSorted((one, other) => one.usedAt - other.usedAt)) {
    if (total <= options.limitBytes || Date.now() - usedAt < keptMilliseconds) return;
    await rm(path, { recursive: true, force: true });
    total -= sizeBytes;
  }
}

async function sizeOf(directory: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      sum += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return sum;
}
