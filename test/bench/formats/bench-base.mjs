import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The base to measure on: `DLIMAGE_BENCH_BASE`, or the Raspberry Pi base of the cache that holds most. */
export async function benchBase() {
  const named = process.env.DLIMAGE_BENCH_BASE;
  const path = named ?? cachedBase();
  if (path === undefined) {
    throw new Error(
      'no base to measure on: run `dlimage base build --profile pi3` first, or set DLIMAGE_BENCH_BASE',
    );
  }
  const { readBase } = await import('../../../dist/host/image/base.js');
  const { root, boot } = await readBase(path);
  return {
    path,
    sizeBytes: statSync(path).size,
    allocatedBytes: statSync(path).blocks * 512,
    layout: {
      root: root.offsetBytes,
      boot: boot?.offsetBytes ?? null,
      bootBytes: boot?.sizeBytes ?? 0,
    },
  };
}

function cachedBase() {
  const parent = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dlimage/bases');
  if (!existsSync(parent)) return undefined;
  const bases = readdirSync(parent).flatMap((key) => {
    const record = join(parent, key, 'base.json');
    if (!existsSync(record)) return [];
    const { platform } = JSON.parse(readFileSync(record, 'utf8'));
    const path = join(parent, key, 'base.img');
    return platform === 'raspberry-pi' ? [{ path, blocks: statSync(path).blocks }] : [];
  });
  return bases.toSorted((one, other) => other.blocks - one.blocks)[0]?.path;
}
