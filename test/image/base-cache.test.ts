import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listBases, readCachedBase, removeBase } from '../../builder/base/host/base-cache.ts';
import { readBaseFiles } from '../../builder/base/host/base-files.ts';
import { baseKey } from '../../builder/base/host/base-key.ts';
import type { BaseRequest } from '../../builder/base/base-request.ts';
import type { buildBase } from '../../builder/base/host/build-base.ts';
import { ensureBase } from '../../builder/base/host/ensure-base.ts';
import { HostError } from '../../builder/report/errors.ts';
import { tryLock } from '../../builder/system/host/process-lock.ts';
import { silentProgress, type Progress } from '../../builder/system/host/progress.ts';

/** The cache around the building of a base: the building itself is a stand-in that writes a small image. */
const request: BaseRequest = {
  definitionName: 'test',
  definition: {
    description: 'a test',
    build: { suite: 'trixie', components: ['main'], packages: [], stand_ins: [] },
    software: { cloud_init: '25.1', docker: '26.1', keepalived: '2.3' },
    platforms: {},
  },
  platform: 'pc',
  architecture: 'amd64',
  extraPackages: [],
};
const key = baseKey(request, await readBaseFiles(request));

let cache: string;
let builds: number;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'dlimage-cache-'));
  builds = 0;
});
afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
});

const build: typeof buildBase = async (_request, ownKey, _files, directory) => {
  builds++;
  await writeFile(join(directory, 'base.img'), 'image');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const record = {
    format: 1,
    sha256: 'e'.repeat(64),
    key: ownKey,
    definitionName: 'test',
    sizeBytes: 5,
    platform: 'pc',
    architecture: 'amd64',
    extraPackages: [],
    packages: [],
    partitions: [],
  };
  await writeFile(join(directory, 'base.json'), JSON.stringify(record));
};
const failHalfWay: typeof buildBase = async (_request, _key, _files, directory) => {
  await writeFile(join(directory, 'base.img'), 'half');
  throw new HostError('tool-failed', 'mmdebstrap failed');
};
const fillDisk: typeof buildBase = () => {
  const details = ['dpkg: error: failed to write: No space left on device'];
  return Promise.reject(new HostError('tool-failed', 'mmdebstrap failed', { details }));
};
const ensure = async (progress: Progress = silentProgress, building = build) =>
  await ensureBase(request, { cacheDirectory: cache, progress }, building);
const left = async (): Promise<string[]> => (await readdir(join(cache, 'bases'))).toSorted();

/** Another program that holds the lock of a base. */
async function holdLock(ofKey: string): Promise<ChildProcess> {
  const path = join(cache, 'bases', `${ofKey}.lock`);
  const child = spawn('flock', [path, 'sh', '-c', 'echo held; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await writeFile(path, String(child.pid));
  return child;
}

/** flock ends its program with itself when it is told to. */
function endHolder(child: ChildProcess): void {
  spawnSync('pkill', ['-KILL', '-P', String(child.pid)]);
  child.kill('SIGKILL');
}

describe('ensureBase', () => {
  it('builds once, also when several want the same base at the same time', async () => {
    const all = await Promise.all([ensure(), ensure(), ensure()]);
    await ensure();
    expect(builds).toBe(1);
    expect(new Set(all.map(({ imagePath }) => imagePath))).toEqual(
      new Set([join(cache, 'bases', key, 'base.img')]),
    );
    expect(await left()).toEqual([key]);
  });

  it('leaves nothing behind when a build fails, and builds at the next try', async () => {
    await expect(ensure(silentProgress, failHalfWay)).rejects.toThrow('mmdebstrap failed');
    expect(await left()).toEqual([]);
    await ensure();
    expect(await left()).toEqual([key]);
  });

  it('says that the disk is full, whatever program found it out', async () => {
    await expect(ensure(silentProgress, fillDisk)).rejects.toMatchObject({ id: 'cache-full' });
    expect(await left()).toEqual([]);
  });

  it('takes over from a killed process and clears away what it left', async () => {
    const bases = join(cache, 'bases');
    await mkdir(join(bases, `${key}.building-1`), { recursive: true });
    await writeFile(join(bases, `${key}.building-1`, 'base.json'), '{}');
    await writeFile(join(bases, `${key}.lock`), '1');
    await ensure();
    expect(await left()).toEqual([key]);
  });

  it('clears away what a killed build of another base left, but not what a living one is making', async () => {
    const bases = join(cache, 'bases');
    const [dead, living] = ['1'.repeat(64), '2'.repeat(64)];
    await mkdir(join(bases, `${dead}.building-1`), { recursive: true });
    await mkdir(join(bases, `${living}.building-2`));
    const holder = await holdLock(living);
    try {
      await ensure();
      expect(await left()).toEqual([`${living}.building-2`, `${living}.lock`, key].toSorted());
    } finally {
      endHolder(holder);
    }
  });

  it('waits for a living process, says for which, and takes over when that is killed', async () => {
    await mkdir(join(cache, 'bases'));
    const holder = await holdLock(key);
    const notes: string[] = [];
    const waiting = ensure({ ...silentProgress, note: (text) => notes.push(text) });
    try {
      await expect
        .poll(() => notes)
        .toEqual([`waiting for process ${holder.pid}, which is building the same base`]);
      expect(builds).toBe(0);
    } finally {
      endHolder(holder);
    }
    await waiting;
    expect(builds).toBe(1);
  });

  it('stops waiting when it is interrupted', async () => {
    await mkdir(join(cache, 'bases'));
    const holder = await holdLock(key);
    try {
      const signal = AbortSignal.timeout(300);
      await expect(
        ensureBase(request, { cacheDirectory: cache, progress: silentProgress, signal }, build),
      ).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(builds).toBe(0);
    } finally {
      endHolder(holder);
    }
  });

  it('gives its lock up when it is killed', async () => {
    await mkdir(join(cache, 'bases'));
    const path = join(cache, 'bases', `${key}.lock`);
    const program = `
      const { acquireLock } = await import(${JSON.stringify(join(import.meta.dirname, '../../dist/system/host/process-lock.js'))});
      await acquireLock(${JSON.stringify(path)});
      console.log('held');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(await tryLock(path)).toBeNull();
    expect(await readFile(path, 'utf8')).toBe(String(child.pid));
    child.kill('SIGKILL');
    await ensure();
    expect(builds).toBe(1);
  });
});

describe('the cache', () => {
  it('lists complete bases only, and removes them by key', async () => {
    await ensure();
    await mkdir(join(cache, 'bases', `${'0'.repeat(64)}.building-7`));
    expect((await listBases(cache)).map((base) => base.key)).toEqual([key]);
    await mkdir(join(cache, 'frames', 'e'.repeat(64)), { recursive: true });
    expect(await removeBase(cache, key)).toBe(true);
    expect(await readdir(join(cache, 'frames'))).toEqual([]);
    expect(await removeBase(cache, key)).toBe(false);
    expect(await removeBase(cache, '..')).toBe(false);
    expect(await listBases(cache)).toEqual([]);
    expect(await listBases(join(cache, 'absent'))).toEqual([]);
  });

  it('refuses an image that is shorter than its record says', async () => {
    const { directory, imagePath } = await ensure();
    await writeFile(imagePath, 'imag');
    await expect(readCachedBase(directory)).rejects.toMatchObject({ id: 'base-damaged' });
    await writeFile(
      join(directory, 'base.json'),
      (await readFile(join(directory, 'base.json'), 'utf8')).slice(0, 20),
    );
    await expect(readCachedBase(directory)).rejects.toMatchObject({ id: 'base-damaged' });
  });
});
