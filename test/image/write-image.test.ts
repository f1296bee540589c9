import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readBase, type BaseImage } from '../../builder/image/host/base.ts';
import { openWorkCopy } from '../../builder/image/host/work-copy.ts';
import { writeImage } from '../../builder/image/host/write-image.ts';
import type { Patch } from '../../builder/image/patch.ts';
import { HostError } from '../../builder/report/errors.ts';
import { nodeEntries } from './support/entries.ts';
import { canMountLoop } from './support/kernel-mount.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe.skipIf(missing.length > 0)('writing an image', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  let base: BaseImage;
  let patch: Patch;
  let count = 0;

  /** An empty directory of its own for each test. */
  const newOut = (): string => {
    count += 1;
    const path = join(scratch.path, `out-${count}`);
    mkdirSync(path);
    return path;
  };
  const refusalOf = async (target: string): Promise<string> => {
    const error: unknown = await writeImage({ basePath, patch, target }).catch((reason: unknown) => reason);
    if (!(error instanceof HostError)) throw error;
    return `${error.message.replaceAll(scratch.path, 'DIR')} [${error.id}]`;
  };

  beforeAll(async () => {
    buildTestImage(usualImage, basePath, scratch.path);
    base = await readBase(basePath);
    const copy = await openWorkCopy({ base, directory: join(scratch.path, 'work') });
    patch = await copy.makePatch(nodeEntries('node-1'));
    await copy.close();
  });
  afterAll(() => scratch.cleanUp());

  it('makes a sparse file of mode 0600 and nothing else, and says what it is', async () => {
    const out = newOut();
    const target = join(out, 'node.img');
    const steps: number[] = [];
    const written = await writeImage({ basePath, patch, target, onProgress: (done) => steps.push(done) });
    const status = statSync(target);
    expect(readdirSync(out)).toEqual(['node.img']);
    expect(status.mode & 0o777).toBe(0o600);
    expect(written).toEqual({
      sha256: sha256(target),
      sizeBytes: base.layout.sizeBytes,
      allocatedBytes: status.blocks * 512,
    });
    expect(written.allocatedBytes).toBeLessThan(base.layout.sizeBytes / 4);
    expect(steps.at(-1)).toBe(base.layout.sizeBytes);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  it('replaces an older image', async () => {
    const target = join(newOut(), 'node.img');
    writeFileSync(target, 'old', { mode: 0o644 });
    await writeImage({ basePath, patch, target });
    expect(statSync(target).size).toBe(base.layout.sizeBytes);
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing when it is aborted', async () => {
    const out = newOut();
    const target = join(out, 'node.img');
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('stopped by the user'));
    const writing = writeImage({ basePath, patch, target, onProgress, signal: abort.signal });
    await expect(writing).rejects.toThrow('stopped by the user');
    expect(readdirSync(out)).toEqual([]);
  });

  it('keeps an older image when it is aborted', async () => {
    const target = join(newOut(), 'node.img');
    writeFileSync(target, 'old');
    const writing = writeImage({ basePath, patch, target, signal: AbortSignal.abort(new Error('too late')) });
    await expect(writing).rejects.toThrow('too late');
    expect(readFileSync(target, 'utf8')).toBe('old');
  });

  it('refuses to write through a link, over a device, a directory or the base', async () => {
    const out = newOut();
    symlinkSync(basePath, join(out, 'link.img'));
    mkdirSync(join(out, 'directory.img'));
    expect(await refusalOf(join(out, 'link.img'))).toBe(
      'DIR/out-5/link.img is a symbolic link; it is not followed [target-is-link]',
    );
    expect(await refusalOf(join(out, 'directory.img'))).toBe(
      'DIR/out-5/directory.img is no regular file [target-not-a-file]',
    );
    expect(await refusalOf(basePath)).toBe('DIR/base.img is the base itself [target-is-base]');
    expect(await refusalOf('/dev/null')).toBe(
      '/dev/null is a device; dlimage writes image files [target-is-device]',
    );
    expect(lstatSync(join(out, 'link.img')).isSymbolicLink()).toBe(true);
    expect(readdirSync(out)).toEqual(['directory.img', 'link.img']);
  });

  it.skipIf(!canMountLoop())('refuses to replace an image that is attached', async () => {
    const target = join(newOut(), 'node.img');
    await writeImage({ basePath, patch, target });
    const device = run('losetup', ['--find', '--show', '--read-only', target]).toString().trim();
    try {
      expect(await refusalOf(target)).toBe(`DIR/out-6/node.img is in use as ${device} [target-in-use]`);
    } finally {
      run('losetup', ['-d', device]);
    }
  });

  it.skipIf(!canMountLoop())(
    'refuses a disk that is too small, and leaves nothing on one that fills up',
    async () => {
      const out = newOut();
      run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', out]);
      try {
        expect(await refusalOf(join(out, 'node.img'))).toMatch(
          /^cannot write DIR\/out-7\/node.img: [\d.]+ MiB needed, 1.0 MiB free on its disk \[disk-full\]$/,
        );
        expect(readdirSync(out)).toEqual([]);
      } finally {
        run('umount', [out]);
      }
      // Another program takes the room that was free when the copy began.
      run('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', out]);
      try {
        const claimed = { ...patch, sizeBytes: -(1024 ** 3) };
        const writing = writeImage({ basePath, patch: claimed, target: join(out, 'node.img') });
        writeFileSync(join(out, 'other'), Buffer.alloc(11 * 1024 * 1024));
        await expect(writing).rejects.toMatchObject({ id: 'disk-full' });
        expect(readdirSync(out)).toEqual(['other']);
      } finally {
        run('umount', [out]);
      }
    },
  );
});

describe.skipIf(missing.length > 0)('being interrupted', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const [work, out] = [join(scratch.path, 'work'), join(scratch.path, 'out')];
  beforeAll(() => {
    buildTestImage(usualImage, basePath, scratch.path);
    mkdirSync(out);
  });
  afterAll(() => scratch.cleanUp());

  /** Builds images in a process of its own, and ends it by a signal at some moment. */
  const interrupt = async (
    signal: NodeJS.Signals,
    moment: () => Promise<unknown>,
  ): Promise<NodeJS.Signals | null> => {
    const script = join(import.meta.dirname, 'support', 'build-one.mjs');
    const child = spawn(process.execPath, [script, basePath, scratch.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await moment();
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.signalCode;
  };
  const visible = () => readdirSync(out).filter((name) => !name.startsWith('.'));

  it.each([0, 60, 150, 280, 450, 700])(
    'SIGINT after %i ms leaves complete images only',
    async (milliseconds) => {
      expect(await interrupt('SIGINT', () => setTimeout(milliseconds))).toBe('SIGINT');
      expect(readdirSync(work)).toEqual([]);
      expect(readdirSync(out)).toEqual(visible());
      for (const name of visible()) {
        run('e2fsck', ['-fn', `${join(out, name)}?offset=${rootOffset(usualImage)}`]);
        expect(statSync(join(out, name)).size).toBe(statSync(basePath).size);
      }
    },
  );

  it('removes its directory also while a program goes on writing there', async () => {
    const parent = join(scratch.path, 'busy');
    mkdirSync(parent);
    const script = join(import.meta.dirname, 'support', 'write-meanwhile.mjs');
    const child = spawn(process.execPath, [script, parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await setTimeout(300);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
    expect(child.signalCode).toBe('SIGINT');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('what a killed process left is hidden, and removed by the next one', async () => {
    const unfinished = () => readdirSync(out).filter((name) => name.startsWith('.'));
    const begun = () => vi.waitUntil(() => unfinished().length > 0, { timeout: 30_000, interval: 5 });
    expect(await interrupt('SIGKILL', begun)).toBe('SIGKILL');
    const left = unfinished();
    expect(left).not.toEqual([]);
    expect(readdirSync(work)).not.toEqual([]);
    for (const name of readdirSync(work)) expect(statSync(join(work, name)).mode & 0o777).toBe(0o700);
    const removed = () => vi.waitUntil(() => !unfinished().some((name) => left.includes(name)), 30_000);
    expect(await interrupt('SIGTERM', removed)).toBe('SIGTERM');
    expect(readdirSync(work)).toEqual([]);
    expect(readdirSync(out)).toEqual(visible());
  });
});
