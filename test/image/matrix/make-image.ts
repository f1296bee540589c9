import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { DiskPlan, PlannedPartition } from './disk-plan.ts';
import type { ImagePlan } from './image-plan.ts';
import { makeDataExt, makeExt, writeAt } from './make-ext.ts';
import { makeFat, type FatFiles } from './make-fat.ts';
import { pasts, oldSeed } from './past-plan.ts';
import { spoilDisk } from './spoil-disk.ts';
import { tablePieces } from './write-table.ts';

/** An image that was made, before it is packed. */
export interface MadeImage {
  readonly path: string;
  /** The same once more: the other one is packed. */
  readonly copy: string;
  /** The files that were put into its root filesystem. */
  readonly tree: string;
  /** And those of its boot partition. */
  readonly bootFiles: FatFiles;
}

/** Makes the raw image of a plan as `image.img` in a directory, which is empty before. */
export function makeImage(plan: ImagePlan, directory: string): MadeImage {
  const path = join(directory, 'image.img');
  const tree = join(directory, 'tree');
  const bootFiles = filesOfBoot(plan);
  makeTree(plan, tree);
  writeFileSync(path, '');
  truncateSync(path, plan.disk.sizeBytes);
  for (const [offset, bytes] of tablePieces(plan.disk)) writeAt(path, offset, bytes);
  for (const partition of plan.disk.partitions) fill(partition, plan, path, tree, bootFiles);
  spoilDisk(plan, path);
  const copy = join(directory, 'made.img');
  copyFileSync(path, copy);
  return { path, copy, tree, bootFiles };
}

/** Where a partition lies, in bytes. */
export function offsetOf({ sectorBytes }: DiskPlan, { start }: PlannedPartition): number {
  return start * sectorBytes;
}

function fill(
  partition: PlannedPartition,
  plan: ImagePlan,
  path: string,
  tree: string,
  bootFiles: FatFiles,
): void {
  const offset = offsetOf(plan.disk, partition);
  const sizeBytes = partition.sectors * plan.disk.sectorBytes;
  switch (partition.content) {
    case 'root':
      if (plan.disk.fault === 'no-root') makeDataExt(path, offset, sizeBytes);
      else makeExt(plan.root, path, offset, tree);
      return;
    case 'boot':
      if (plan.boot !== null) makeFat(plan.boot, path, offset, bootFiles);
      return;
    case 'seed':
      makeFat(
        { ...seedVolume, sectorBytes: plan.disk.sectorBytes },
        path,
        offset,
        new Map(Object.entries(oldSeed(''))),
      );
      return;
    case 'data':
      makeDataExt(path, offset, sizeBytes);
      return;
    case 'second-root':
      makeExt(secondRoot, path, offset, tree);
      return;
    case 'swap':
      writeAt(path, offset + 4096 - 10, Buffer.from('SWAPSPACE2'));
      return;
    case 'empty':
  }
}

/** Label of a partition with a foreign seed. */
export const seedLabel = 'cidata';

const seedVolume = {
  ...({ bits: 12, sizeMebibytes: 2, sectorsPerCluster: 1, copies: 2, reserved: 1 } as const),
  ...({ label: seedLabel, isDirty: false, isBoot: false } as const),
};

const secondRoot = {
  ...({
    type: 'ext4',
    sizeMebibytes: 8,
    blockBytes: 1024,
    inodeBytes: 256,
    features: [],
    more: [],
    extended: [],
  } as const),
  ...({ label: 'second', isIndexed: false, fault: null } as const),
};

function filesOfBoot({ boot, past }: ImagePlan): FatFiles {
  const files = new Map<string, string>();
  if (boot?.isBoot === true) {
    files.set('/config.txt', 'arm_64bit=1\n');
    files.set('/cmdline.txt', 'console=tty1 root=LABEL=rootfs\n');
    files.set('/EFI/BOOT/BOOTX64.EFI', 'MZ'.repeat(5000));
    files.set('/overlays/a rather long name.dtbo', 'x'.repeat(700));
  } else if (boot !== null) files.set('/notes.txt', 'nothing to start\n');
  for (const name of past) {
    for (const [path, text] of Object.entries(pasts[name]?.boot ?? {})) files.set(path, text);
  }
  return files;
}

/** A system that is just enough to be known for one, and whatever it was before. */
function makeTree({ past }: ImagePlan, tree: string): void {
  for (const folder of [
    'etc/systemd/system',
    'usr/lib/many',
    'usr/sbin',
    'usr/bin',
    'var/lib',
    'var/tmp',
    'run',
    'root',
  ])
    mkdirSync(join(tree, folder), { recursive: true });
  symlinkSync('usr/lib', join(tree, 'lib'));
  symlinkSync('usr/bin', join(tree, 'bin'));
  symlinkSync('/run', join(tree, 'var/run'));
  symlinkSync(`/${'long/'.repeat(30)}target`, join(tree, 'etc/long-link'));
  writeFileSync(join(tree, 'usr/bin/bash'), '#!\n', { mode: 0o755 });
  writeFileSync(join(tree, 'etc/hostname'), 'base\n');
  writeFileSync(join(tree, 'etc/hosts'), '127.0.0.1 localhost\n'.repeat(300));
  writeFileSync(join(tree, 'etc/resolv.conf'), 'nameserver 192.0.2.1\n');
  writeFileSync(
    join(tree, 'usr/lib/zeros and more'),
    Buffer.concat([Buffer.alloc(70_000), Buffer.from('end')]),
  );
  for (let index = 0; index < 90; index += 1)
    writeFileSync(
      join(tree, 'usr/lib/many', `a-file-with-a-rather-long-name-${index}`),
      `${index}\n`.repeat(index),
    );
  chmodSync(join(tree, 'var/tmp'), 0o1777);
  for (const name of past) {
    const { root = {}, links = {} } = pasts[name] ?? {};
    for (const [path, text] of Object.entries(root))
      put(join(tree, path), (file) => writeFileSync(file, text));
    for (const [path, target] of Object.entries(links))
      put(join(tree, path), (file) => symlinkSync(target, file));
  }
}

function put(path: string, write: (path: string) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  write(path);
}
