import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCached } from '../../builder/host/base/ensure-cached.ts';
import { cacheDirectory } from '../../builder/host/cache-directory.ts';
import { silentProgress } from '../../builder/host/progress.ts';
import { buildStandIn, recordStandIn } from './build-stand-in.ts';
import type { StandIn } from './stand-in.ts';
import { standIns, type StandInName } from './stand-ins.ts';

const revision = 1;

/** Path of a stand-in's image: from the cache of bases, or built into it, which takes minutes. */
export async function ensureStandIn(name: StandInName): Promise<string> {
  const standIn: StandIn = standIns[name];
  const path = join(cacheDirectory(undefined), 'stand-ins', await keyOf(name, standIn));
  const image = join(path, 'base.img');
  return await ensureCached({
    path,
    read: async () => {
      const text = await readFile(join(path, 'base.json'), 'utf8').catch(() => undefined);
      const size = await stat(image).then(
        ({ size: bytes }) => bytes,
        () => undefined,
      );
      return text !== undefined && (JSON.parse(text) as { sizeBytes: number }).sizeBytes === size
        ? image
        : undefined;
    },
    make: async (directory) => {
      await buildStandIn(name, standIn, directory);
      await recordStandIn(directory);
    },
    progress: silentProgress,
  });
}

export async function keyOf(name: StandInName, standIn: StandIn): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ revision, name, standIn }));
  const folder = fileURLToPath(new URL(name, import.meta.url));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.toSorted()) hash.update(path.slice(folder.length)).update(await readFile(path));
  return hash.digest('hex');
}
