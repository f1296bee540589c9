import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk } from '../../builder/flash/block-device.ts';
import { findDisk, listDisks, locateLiving } from '../../builder/flash/host/list-disks.ts';
import { identifyDisk } from '../../builder/flash/host/open-disk.ts';
import {
  judgeDisk,
  type JudgeOptions,
  type LivingPath,
  type Verdict,
} from '../../builder/flash/judge-disk.ts';
import { identityChanges, sameDisk } from '../../builder/flash/same-disk.ts';
import { canMountLoop } from '../image/support/kernel-mount.ts';
import { missingPrograms, run } from '../image/support/programs.ts';
import { end, makeDiskRig, type DiskRig } from './support/disk-rig.ts';
import { btrfsDisks } from './support/wrong-disks/btrfs.ts';
import { builtOnDisks } from './support/wrong-disks/built-on.ts';
import { livingDisks } from './support/wrong-disks/living.ts';
import { mountedDisks } from './support/wrong-disks/mounted.ts';
import type { WrongDisk } from './support/wrong-disks/situation.ts';
import { unfitDisks } from './support/wrong-disks/unfit.ts';

const programs = ['lsblk', 'losetup', 'partx', 'sfdisk', 'mke2fs', 'findmnt', 'python3', 'unshare', 'blkid'];
const isPossible = canMountLoop() && missingPrograms(programs).length === 0;
const mebibyte = 1024 * 1024;
/** Loop devices stand for cards. */
const asCard: JudgeOptions = { allowLoop: true };

let rig: DiskRig;
beforeEach(() => {
  rig = makeDiskRig();
});
afterEach(() => rig.cleanUp());

async function find(path: string): Promise<Disk> {
  // udev's database follows the bytes a little later.
  if (existsSync('/run/udev/control')) run('udevadm', ['settle']);
  const disk = await findDisk(await listDisks(), path);
  if (disk === undefined) throw new Error(`${path} is not listed`);
  return disk;
}

async function judge(
  path: string,
  options: JudgeOptions = {},
  living: readonly Omit<LivingPath, 'number'>[] = [],
): Promise<Verdict> {
  const system = { what: 'the running system', path: '/', isSystem: true };
  return judgeDisk(await find(path), await locateLiving([system, ...living]), { ...asCard, ...options });
}

function reasonsOf(verdict: Verdict): string[] {
  return verdict.kind === 'refused' ? verdict.reasons.map(({ id }) => id) : [];
}

const isRefused = (name: string, { bring, because }: WrongDisk): void => {
  it(name, async () => {
    const { disk, proof, living, options } = await bring(rig);
    const [said, expected] = proof;
    if (typeof expected === 'string') expect(said).toContain(expected);
    else expect(said).toMatch(expected);
    const verdict = await judge(disk, options, living);
    expect(verdict.kind).toBe('refused');
    expect(reasonsOf(verdict)).toContain(because);
  });
};

describe.skipIf(!isPossible)('a disk that is not written', () => {
  describe('since it is mounted, or held:', () => {
    for (const [name, wrong] of Object.entries(mountedDisks)) isRefused(name, wrong);
  });
  describe('since something is built on it:', () => {
    for (const [name, wrong] of Object.entries(builtOnDisks)) isRefused(name, wrong);
  });
  describe('since it holds what must live:', () => {
    for (const [name, wrong] of Object.entries(livingDisks)) isRefused(name, wrong);
  });
  describe('since it is not fit:', () => {
    for (const [name, wrong] of Object.entries(unfitDisks)) isRefused(name, wrong);
  });
  describe.skipIf(missingPrograms(['mkfs.btrfs', 'btrfs']).length > 0)(
    'since it is a part of a btrfs:',
    () => {
      for (const [name, wrong] of Object.entries(btrfsDisks)) isRefused(name, wrong);
    },
  );

  it('is the one that this computer runs from', async () => {
    const number = run('findmnt', ['-no', 'MAJ:MIN', '/']).toString().trim();
    const living = await locateLiving([{ what: 'the running system', path: '/', isSystem: true }]);
    const disks = (await listDisks()).filter(({ layers }) => layers.some((layer) => layer.number === number));
    // In a container the root is an overlay, whose disk cannot be seen.
    if (!number.startsWith('0:')) expect(disks).toHaveLength(1);
    for (const disk of disks) {
      const verdict = judgeDisk(disk, living, { allowFixed: true, allowLarge: true });
      expect(reasonsOf(verdict)).toEqual(['disk-holds-system']);
    }
  });
});

describe.skipIf(!isPossible)('a disk that may be written', () => {
  const free: Verdict = { kind: 'writable', unmount: [] };

  it('is blank', async () => {
    expect(await judge(rig.attach(rig.file('card.img', 32 * mebibyte)))).toEqual(free);
  });

  it('has partitions that nobody uses', async () => {
    expect(await judge(rig.card('card.img').disk)).toEqual(free);
  });

  it('has exactly the size of the image', async () => {
    const disk = rig.attach(rig.file('card.img', 32 * mebibyte));
    expect(await judge(disk, { neededBytes: 32 * mebibyte })).toEqual(free);
  });

  it.each(['/mnt', '/media', '/run/media'])(
    'was mounted by a desktop below %s: after unmounting',
    async (parent) => {
      const { disk, partition } = rig.card('card.img');
      const point = rig.folder(parent);
      rig.mount(partition, point);
      expect(run('findmnt', ['-rno', 'TARGET', '--source', partition]).toString()).toContain(point);
      expect(await judge(disk)).toMatchObject({ kind: 'writable', unmount: [{ mountPoint: point }] });
      rig.unmount(point);
      expect(await judge(disk)).toEqual(free);
    },
  );

  it('is mounted twice by a desktop, one in the other: the inner one is unmounted first', async () => {
    const { disk, partition } = rig.card('card.img');
    const outer = rig.folder('/mnt');
    rig.mount(partition, outer);
    const inner = rig.folder(outer);
    rig.mount(partition, inner);
    const verdict = await judge(disk);
    expect(verdict).toMatchObject({ unmount: [{ mountPoint: inner }, { mountPoint: outer }] });
    if (verdict.kind === 'writable') for (const { mountPoint } of verdict.unmount) rig.unmount(mountPoint);
    expect(await judge(disk)).toEqual(free);
  });

  it('is free again after a lazy unmount, once nobody is inside any more', async () => {
    const { disk, partition } = rig.card('card.img');
    const point = rig.folder('/mnt');
    rig.mount(partition, point);
    const inside = await rig.start('sh', ['-c', 'echo ready; exec sleep 600'], point);
    rig.unmount(point, ['--lazy']);
    expect(reasonsOf(await judge(disk))).toEqual(['disk-held']);
    end(inside);
    expect(await judge(disk)).toEqual(free);
  });

  it('stands beside others that are in use', async () => {
    const { disk } = rig.card('card.img');
    const other = rig.card('other.img');
    const point = rig.folder(rig.scratch);
    rig.mount(other.partition, point);
    expect(await judge(disk)).toEqual(free);
    expect(reasonsOf(await judge(other.disk))).toEqual(['disk-mounted']);
  });
});

describe.skipIf(!isPossible)('the disk that was looked at', () => {
  it('is the same as long as nothing happens', async () => {
    const { disk } = rig.card('card.img');
    const before = await identifyDisk(await find(disk));
    expect(before.firstMebibyteSha256).toBe(
      run('sh', ['-c', 'head -c 1048576 "$1" | sha256sum', 'sh', disk]).toString().slice(0, 64),
    );
    expect(sameDisk(before, await identifyDisk(await find(disk)))).toBe(true);
  });

  it('is not one of the same size and contents in another slot', async () => {
    const { disk } = rig.card('card.img');
    run('cp', [`${rig.scratch}/card.img`, `${rig.scratch}/twin.img`]);
    const twin = rig.attach(`${rig.scratch}/twin.img`);
    run('cmp', [disk, twin]);
    const [one, other] = [await identifyDisk(await find(disk)), await identifyDisk(await find(twin))];
    expect(one.firstMebibyteSha256).toBe(other.firstMebibyteSha256);
    expect(sameDisk(one, other)).toBe(false);
  });

  it('is not another one that took its name between the question and the first write', async () => {
    const disk = rig.attach(rig.file('card.img', 32 * mebibyte));
    const before = await identifyDisk(await find(disk));
    rig.detach(disk);
    run('losetup', [disk, rig.file('other.img', 32 * mebibyte)]);
    rig.onCleanUp(() => run('losetup', ['--detach', disk]));
    expect(run('losetup', ['--noheadings', '-O', 'BACK-FILE', '--list', disk]).toString()).toContain(
      'other.img',
    );
    expect(identityChanges(before, await identifyDisk(await find(disk)))).toEqual([
      'it was taken out, or its card was',
    ]);
  });

  it('is not one that was written to meanwhile', async () => {
    const { disk } = rig.card('card.img');
    const before = await identifyDisk(await find(disk));
    run('dd', [`of=${disk}`, 'bs=512', 'seek=100', 'conv=notrunc', 'status=none'], Buffer.alloc(512, 7));
    expect(identityChanges(before, await identifyDisk(await find(disk)))).toEqual([
      'its first MiB is another one',
    ]);
  });

  it('is not one whose medium changed, though the page cache still has the old one', async () => {
    const file = rig.file('card.img', 4 * mebibyte);
    const disk = rig.attach(file, ['--direct-io=on']);
    const before = await identifyDisk(await find(disk));
    const script =
      'import os, sys\nfd = os.open(sys.argv[1], os.O_RDONLY)\nos.pread(fd, 4096, 0)\nprint("ready", flush=True)\nprint(os.pread(fd, 1, 0) if sys.stdin.readline() else "", flush=True)';
    const reader = await rig.start('python3', ['-c', script, disk]);
    run(
      'dd',
      [`of=${file}`, 'bs=4096', 'oflag=direct', 'conv=notrunc', 'status=none'],
      Buffer.alloc(4096, 7),
    );
    const now = await identifyDisk(await find(disk));
    const old = new Promise<string>((resolve) =>
      reader.stdout?.once('data', (data) => resolve(String(data))),
    );
    reader.stdin?.write('read\n');
    expect(await old).toContain(String.raw`\x00`);
    expect(identityChanges(before, now)).toEqual(['its first MiB is another one']);
  });

  it('is not one of another size', async () => {
    const file = rig.file('card.img', 4 * mebibyte);
    const disk = rig.attach(file);
    const before = await identifyDisk(await find(disk));
    run('truncate', ['-s', String(8 * mebibyte), file]);
    run('losetup', ['--set-capacity', disk]);
    expect(run('blockdev', ['--getsize64', disk]).toString().trim()).toBe(String(8 * mebibyte));
    expect(identityChanges(before, await identifyDisk(await find(disk)))).toContainEqual(
      'its size was 4194304 and is 8388608',
    );
  });
});
