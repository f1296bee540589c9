import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCached } from '../../builder/base/host/ensure-cached.ts';
import { cacheDirectory } from '../../builder/system/host/cache-directory.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { recordImage } from '../../builder/base/host/record-image.ts';
import { buildStandIn } from './build-stand-in.ts';
import type { StandIn } from './stand-in.ts';
import { standIns, type StandInName } from './stand-ins.ts';

const revision = 1;

/** Path of a stand-in's image: from the cache of bases, or built into it, which takes minutes. */
export async function ensureStandIn(name: StandInName): Promise<string> {
  const standIn: StandIn = standIns[name];
  const key = await keyOf(name, standIn);
  const { platform, architecture, packages } = standIn;
  const told = { definitionName: name, platform, architecture, extraPackages: [...packages], packages: [] };
  const options = { cacheDirectory: join(cacheDirectory(undefined), 'stand-ins'), progress: silentProgress };
  const made = await ensureCached(key, options, async (directory) => {
    await buildStandIn(name, standIn, directory);
    await recordImage(directory, { ...told, key, origin: 'a stand-in', buildSeconds: 0 }, undefined);
  });
  return made.imagePath;
}

async function keyOf(name: StandInName, standIn: StandIn): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ revision, name, standIn }));
  const folder = fileURLToPath(new URL(name, import.meta.url));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.toSorted()) hash.update(path.slice(folder.length)).update(await readFile(path));
  return hash.digest('hex');
}
