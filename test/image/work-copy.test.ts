import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage, type BaseImage } from '../../builder/image/host/base.ts';
import { withImage } from '../../builder/image/host/open-image.ts';
import { stageContents } from '../../builder/image/host/staging.ts';
import { openWorkCopy } from '../../builder/image/host/work-copy.ts';
import { patchedSource, type Patch } from '../../builder/image/patch.ts';
import type { Entry } from '../../builder/image/entry.ts';
import { bootFile, directory, nodeEntries, rootFile } from './support/entries.ts';
import { missingPrograms } from './support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);

const digest = async (patch: Patch): Promise<string> => {
  const hash = createHash('sha256');
  for (const range of patch.ranges) hash.update(`${range.offsetBytes}:`).update(await patch.read(range));
  return hash.digest('hex');
};

describe.skipIf(missing.length > 0)('a work copy', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const work = join(scratch.path, 'a', 'private', 'place');
  let base: BaseImage;

  /** Files below the work directory. */
  const files = () =>
    readdirSync(work, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  beforeAll(async () => {
    buildTestImage(usualImage, basePath, scratch.path);
    base = await readBaseImage(basePath);
  });
  afterAll(() => scratch.cleanUp());

  it('makes patches one after the other, however many are asked for at once', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const names = ['a', 'b', 'c', 'd'];
    const together = await Promise.all(names.map((name) => copy.makePatch(nodeEntries(name))));
    for (const [index, name] of names.entries()) {
      const alone = await copy.makePatch(nodeEntries(name));
      const patch = together[index];
      expect(patch && (await digest(patch))).toBe(await digest(alone));
    }
    await copy.close();
  });

  it('leaves a folder that the base has as it is, where it is only to be made', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const file = rootFile('/etc/dlimage-test', 'x\n');
    const patchOf = async (...more: Entry[]): Promise<string> =>
      await digest(await copy.makePatch([...more, file]));
    const alone = await patchOf();
    const mine = { ifMissing: true, uid: 1000, gid: 1000 } as const;
    expect(await patchOf(directory('/etc', 0o700, mine))).toBe(alone);
    expect(await patchOf(directory('/etc', 0o700))).not.toBe(alone);
    expect(await patchOf(directory('/srv/of-mine', 0o700, mine))).not.toBe(alone);
    await copy.close();
  });

  it('serves several workers at once', async () => {
    const results = await Promise.all(
      ['a', 'a', 'a'].map(async (name) => {
        const copy = await openWorkCopy({ base, directory: work });
        const result = await digest(await copy.makePatch(nodeEntries(name)));
        await copy.close();
        return result;
      }),
    );
    expect(new Set(results).size).toBe(1);
    expect(readdirSync(work)).toEqual([]);
  });

  it.each([1, 20, 40, 60, 90, 130])(
    'makes the right patch after one that was aborted after %i ms',
    async (delay) => {
      const copy = await openWorkCopy({ base, directory: work });
      const expected = await digest(await copy.makePatch(nodeEntries('right')));
      const entries = [...nodeEntries('wrong'), rootFile('/var/big', new Uint8Array(20_000_000).fill(5))];
      const aborted = copy.makePatch(entries, { signal: AbortSignal.timeout(delay) });
      const outcome = await aborted.then(
        () => 'finished',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
      expect(['TimeoutError', 'finished']).toContain(outcome);
      expect(await digest(await copy.makePatch(nodeEntries('right')))).toBe(expected);
      await copy.close();
    },
  );

  it('makes the right patch after the copying of the base was aborted', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const abort = new AbortController();
    const aborted = copy.makePatch(nodeEntries('a'), { signal: abort.signal });
    // The copy appears under its name at once, empty, and is filled by cp.
    while (!files().some(({ name }) => name === 'work.img')) await setImmediate();
    abort.abort(new Error('stopped'));
    await expect(aborted).rejects.toThrow('stopped');
    expect(files()).toEqual([]);
    expect((await copy.makePatch(nodeEntries('a'))).sizeBytes).toBeGreaterThan(0);
    await copy.close();
  });

  it('makes the right patch after one that failed half way', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const expected = await digest(await copy.makePatch(nodeEntries('right')));
    // This file vanishes once it has been checked, when the root partition is written already.
    let looks = 0;
    const vanishing = {
      from: 'host-file' as const,
      sizeBytes: 5,
      get hostPath() {
        looks += 1;
        return join(scratch.path, looks === 1 ? 'five' : 'gone');
      },
    };
    writeFileSync(join(scratch.path, 'five'), '12345');
    const failing = copy.makePatch([...nodeEntries('wrong'), bootFile('/zzz', '', { content: vanishing })]);
    await expect(failing).rejects.toMatchObject({ id: 'host-file-missing' });
    expect(await digest(await copy.makePatch(nodeEntries('right')))).toBe(expected);
    await copy.close();
  });

  it('keeps contents to itself while it works, and nothing afterwards', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const making = copy.makePatch([rootFile('/etc/key', 'PRIVATE')]);
    await making;
    expect(files().map(({ name }) => name)).toEqual(['work.img']);
    for (const file of files()) {
      expect(statSync(join(file.parentPath, file.name)).mode & 0o777).toBe(0o600);
      expect(statSync(file.parentPath).mode & 0o777).toBe(0o700);
    }
    expect(statSync(work).mode & 0o777).toBe(0o700);
    await copy.close();
    expect(readdirSync(work)).toEqual([]);
  });

  it('stages contents in files that only their owner can read', async () => {
    const stage = join(scratch.path, 'stage');
    mkdirSync(stage, { mode: 0o700 });
    const entries = [rootFile('/etc/key', 'PRIVATE', { mode: 0o644 }), bootFile('/deep/key', 'PRIVATE')];
    const { hostPathOf } = await stageContents(entries, stage);
    for (const entry of entries) {
      expect(readFileSync(hostPathOf(entry), 'utf8')).toBe('PRIVATE');
      expect(statSync(hostPathOf(entry)).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(stage)).toEqual(['boot-0', 'content-0']);
    expect(statSync(join(stage, 'boot-0')).mode & 0o777).toBe(0o700);
  });

  it('lets a patch outlive it, and reads base and patch as one image', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const large = rootFile('/var/large', new Uint8Array(18 * 1024 * 1024).fill(3));
    const patch = await copy.makePatch([large, rootFile('/etc/hostname', 'outlived\n')]);
    await copy.close();
    expect(readdirSync(work)).toEqual([]);
    const path = join(scratch.path, 'materialised.img');
    await withImage(basePath, async (image) => {
      writeFileSync(path, await patchedSource(image, patch).read(0, image.sizeBytes));
    });
    await patch.close();
    const content = readFileSync(path);
    expect(content.includes('outlived\n')).toBe(true);
    expect(content.includes(Buffer.alloc(1024 * 1024, 3))).toBe(true);
  });

  it('makes an empty patch of nothing', async () => {
    const copy = await openWorkCopy({ base, directory: work });
    const patch = await copy.makePatch([]);
    expect([patch.sizeBytes, patch.ranges]).toEqual([0, []]);
    await copy.close();
  });
});
