import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../system/host/run-tool.ts';
import { removeTree } from './base-cache.ts';
import type { BaseTarget } from '../base-request.ts';
import { writeBiosBoot } from './bios-boot.ts';
import type { BasePartition } from './built-base.ts';
import type { DiskLayout } from './disk-layout.ts';
import { makeBootFilesystem, makeRootFilesystem, type FilesystemRequest } from './make-filesystems.ts';

/** Paths of a build: the tree that packages were installed into, and where the rest goes. */
export interface BuildPaths {
  /** The shipped `build/` and `rootfs/`, as they were when the build began. */
  readonly files: string;
  readonly imagePath: string;
  readonly tree: string;
  /** Tree of the programs that stand in for emulated ones. */
  readonly standIns: string;
  /** Takes what the tree has at the mount point of the boot partition. */
  readonly bootTree: string;
  /** Holds GRUB's BIOS images. */
  readonly loader: string;
}

/** Makes the disk image from a finished tree: partition table, FAT, ext4, and GRUB for a PC's BIOS. */
export async function assembleImage(
  target: BaseTarget,
  paths: BuildPaths,
  request: Omit<FilesystemRequest, 'imagePath'>,
): Promise<void> {
  const { layout } = request;
  const filesystems: FilesystemRequest = { ...request, imagePath: paths.imagePath };
  await makeSparseFile(paths.imagePath, layout.sizeBytes);
  await runTool('sfdisk', ['--quiet', '--no-tell-kernel', '--wipe', 'never', paths.imagePath], {
    step: 'write the partition table',
    input: layout.sfdiskScript,
  });
  await mkdir(paths.bootTree);
  await moveContents(join(paths.tree, bootMountPoint(target)), paths.bootTree);
  // The kernel mounts its own /dev; device nodes in the tree are there only when root built it.
  await removeContents(join(paths.tree, 'dev'));
  await makeBootFilesystem(filesystems, partitionFor(layout, 'boot'), paths.bootTree);
  await makeRootFilesystem(filesystems, partitionFor(layout, 'root'), paths.tree);
  if (target.platform === 'pc') {
    await writeBiosBoot(paths.imagePath, paths.loader, partitionFor(layout, 'loader'));
  }
}

/** Mount point of the boot partition on the node. */
function bootMountPoint(target: BaseTarget): string {
  return target.platform === 'raspberry-pi' ? 'boot/firmware' : 'boot/efi';
}

function partitionFor(layout: DiskLayout, role: BasePartition['role']): BasePartition {
  const partition = layout.partitions.find((candidate) => candidate.role === role);
  if (partition === undefined) throw new Error(`the layout has no ${role} partition`);
  return partition;
}

async function makeSparseFile(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.truncate(sizeBytes);
  } finally {
    await file.close();
  }
}

async function moveContents(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await rename(join(from, name), join(to, name));
}

async function removeContents(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await removeTree(join(directory, name));
}
