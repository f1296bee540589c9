import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage, type BaseImage } from '../../builder/image/host/base.ts';
import { checkFilesystems } from '../../builder/image/host/check-filesystems.ts';
import { compareEntries } from '../../builder/image/host/read-entries.ts';
import { openWorkCopy, type WorkCopy } from '../../builder/image/host/work-copy.ts';
import type { Entry } from '../../builder/image/entry.ts';
import { nodeEntries, rootFile } from './support/entries.ts';
import { canMountLoop, compareWithMount } from './support/kernel-mount.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, testImages } from './support/test-image.ts';
import { writePatched } from './support/write-patched.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'fsck.vfat', '7zz']);
const canMount = canMountLoop();
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe.skipIf(missing.length > 0).each(Object.entries(testImages))('%s', (_name, kind) => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const work = join(scratch.path, 'work');
  const images = join(scratch.path, 'images');
  let base: BaseImage;
  let copy: WorkCopy;
  let untouched: string;

  const build = async (entries: readonly Entry[], file: string): Promise<string> => {
    const patch = await copy.makePatch(entries);
    const target = join(images, file);
    await writePatched(basePath, patch, target);
    await patch.close();
    return target;
  };

  /** The image of one node, which several tests only read. */
  let built: Promise<string> | null = null;
  const nodeOne = () => (built ??= build(nodeEntries('node-1'), 'node-1.img'));

  beforeAll(async () => {
    mkdirSync(images);
    buildTestImage(kind, basePath, scratch.path);
    untouched = sha256(basePath);
    base = await readBaseImage(basePath);
    copy = await openWorkCopy({ base, directory: work });
  });
  afterAll(async () => {
    await copy.close();
    scratch.cleanUp();
  });

  it('is understood', () => {
    expect(base.layout).toMatchObject({
      table: kind.table === 'dos' ? 'mbr' : 'gpt',
      sectorSize: kind.sectorSize,
    });
    expect(base.boot).toMatchObject({ number: 1, offsetBytes: 1024 * 1024 });
    expect(base.boot?.filesystem).toMatchObject({
      kind: `fat${kind.fatBits}`,
      label: 'BOOTFS',
      uuid: '1234-ABCD',
    });
    expect(base.root).toMatchObject({ number: kind.logical ? 6 : 2, offsetBytes: rootOffset(kind) });
    expect(base.root.filesystem).toMatchObject({ kind: kind.extType, label: 'rootfs' });
  });

  it('takes every entry as planned, and its filesystems stay clean', async () => {
    const entries = nodeEntries('node-1');
    const image = await nodeOne();
    expect(await compareEntries(image, base, entries, work)).toEqual([]);
    const checks = await checkFilesystems(image, base.layout, work);
    expect(checks.filter((check) => !check.isClean).map((check) => check.report)).toEqual([]);
    expect(checks).toHaveLength(2);
  });

  // 7-Zip knows no inline data; and no holes in files of ext2 and ext3, such as /etc/zeros.
  it.skipIf(kind.extArguments.includes('inline_data'))('is read back alike by 7-Zip', async () => {
    const image = await nodeOne();
    const differences: string[] = [];
    for (const partition of [base.root, base.boot]) {
      if (partition === null) continue;
      const alone = join(scratch.path, 'partition');
      const { offsetBytes, sizeBytes } = partition;
      writeFileSync(alone, readFileSync(image).subarray(offsetBytes, offsetBytes + sizeBytes));
      for (const entry of nodeEntries('node-1')) {
        if ((entry.partition === 'root') !== (partition === base.root) || entry.kind !== 'file') continue;
        if (/^.etc.(zeros|dlimage.files.([^9]|[12].))$/.test(entry.path)) continue;
        const path = entry.path.replace(/^\/lib\//, '/usr/lib/').replace('/var/run/', '/run/');
        const found = run('7zz', ['e', '-so', '-spd', alone, path.slice(1)]);
        const content = entry.content.from === 'bytes' ? Buffer.from(entry.content.bytes) : null;
        if (content?.equals(found) !== true) differences.push(entry.path);
      }
    }
    expect(differences).toEqual([]);
  });

  it.skipIf(!canMount)('is read back alike by the kernel', async () => {
    const entries = nodeEntries('node-1');
    const image = await nodeOne();
    const mine = entries.filter((entry) => entry.partition === 'root');
    expect(compareWithMount(image, base.root, mine, scratch.path)).toEqual([]);
  });

  it('gives the same bytes twice, and never changes the base', async () => {
    const first = sha256(await nodeOne());
    await (await copy.makePatch(nodeEntries('node-2'))).close();
    const second = sha256(await build(nodeEntries('node-1'), 'b.img'));
    expect(second).toBe(first);
    const other = await openWorkCopy({ base, directory: work });
    const patch = await other.makePatch(nodeEntries('node-1'));
    await writePatched(basePath, patch, join(images, 'c.img'));
    await other.close();
    expect(sha256(join(images, 'c.img'))).toBe(first);
    expect(sha256(basePath)).toBe(untouched);
  });

  it('leaves the work copy equal to the base', async () => {
    await (await copy.makePatch(nodeEntries('node-3'))).close();
    const file = readdirSync(work, { recursive: true }).find((name) => String(name).endsWith('work.img'));
    expect(sha256(join(work, String(file)))).toBe(untouched);
  });

  it('makes two nodes that differ only where their entries do', async () => {
    const a = await copy.makePatch(nodeEntries('node-1'));
    const b = await copy.makePatch(nodeEntries('node-2'));
    const bytesOf = async (patch: typeof a) => {
      const blocks = new Map<number, string>();
      for (const range of patch.ranges) {
        const bytes = await patch.read(range);
        for (let at = 0; at < bytes.length; at += 4096) {
          blocks.set(range.offsetBytes + at, bytes.toString('hex', at, Math.min(at + 4096, bytes.length)));
        }
      }
      return blocks;
    };
    const [one, two] = [await bytesOf(a), await bytesOf(b)];
    const differing = [...one.keys()].filter((offset) => one.get(offset) !== two.get(offset));
    expect([...one.keys()]).toEqual([...two.keys()]);
    // Three files carry the name; with inline data an inode table and its checksums join them.
    expect(differing.length).toBeGreaterThanOrEqual(3);
    expect(differing.length).toBeLessThanOrEqual(6);
  });

  it('says nothing of blocks that are as they were', async () => {
    const patch = await copy.makePatch(nodeEntries('node-1'));
    const baseBytes = readFileSync(basePath);
    for (const range of patch.ranges) {
      const bytes = await patch.read(range);
      for (let at = 0; at < bytes.length; at += 4096) {
        const length = Math.min(4096, bytes.length - at);
        const before = baseBytes.subarray(range.offsetBytes + at, range.offsetBytes + at + length);
        expect(before.equals(bytes.subarray(at, at + length))).toBe(false);
      }
    }
  });

  it('keeps the other name of a file that is replaced', async () => {
    const image = await build([rootFile('/etc/hosts', 'new\n')], 'links.img');
    const other = run('debugfs', ['-R', 'cat /etc/hosts.second', `${image}?offset=${rootOffset(kind)}`]);
    expect(other.toString()).toBe('127.0.0.1 localhost\n'.repeat(500));
  });

  it('streams a large file of the host', async () => {
    const hostPath = join(scratch.path, 'large "file"');
    const bytes = Buffer.alloc(24 * 1024 * 1024 + 17);
    for (let at = 0; at < bytes.length - 4; at += 64) bytes.writeUInt32LE(at, at);
    writeFileSync(hostPath, bytes);
    const content = { from: 'host-file' as const, hostPath, sizeBytes: bytes.length };
    const entries = [rootFile('/var/large', '', { content }), rootFile('/etc/hostname', 'x\n')];
    const patch = await copy.makePatch(entries);
    expect(patch.sizeBytes).toBeGreaterThan(bytes.length);
    const target = join(images, 'large.img');
    await writePatched(basePath, patch, target);
    await patch.close();
    expect(await compareEntries(target, base, entries, work)).toEqual([]);
    const checks = await checkFilesystems(target, base.layout, work);
    expect(checks.map((check) => check.isClean)).toEqual([true, true]);
  });
});
