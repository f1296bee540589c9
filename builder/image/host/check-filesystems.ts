import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fatDirtyBit, fatStateOffset } from '../fat-geometry.ts';
import { isExt, isFat, type ImageLayout, type ImagePartition } from '../layout.ts';
import { runTool } from '../../system/host/run-tool.ts';
import { carveOut } from './carve-partition.ts';
import { openImage, sourceOf } from './open-image.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import { writeFully } from '../../system/host/write-fully.ts';

/** Result of checking one partition's filesystem. */
export interface FilesystemCheck {
  readonly partition: ImagePartition;
  readonly isClean: boolean;
  /** The checker's own words. */
  readonly report: string;
}

/**
 * Checks every ext and FAT filesystem of an image with its own checker, without changing a byte.
 * `directory` is where a copy of a FAT partition may lie meanwhile, since fsck.vfat knows no offset.
 */
export async function checkFilesystems(
  imagePath: string,
  layout: ImageLayout,
  directory: string,
): Promise<FilesystemCheck[]> {
  const checks: FilesystemCheck[] = [];
  for (const partition of layout.partitions) {
    if (isExt(partition.filesystem.kind)) checks.push(await checkExt(imagePath, partition));
    if (isFat(partition.filesystem.kind)) checks.push(await checkFat(imagePath, partition, directory));
  }
  return checks;
}

/** Checks one ext filesystem of an image without changing a byte. */
export async function checkExt(imagePath: string, partition: ImagePartition): Promise<FilesystemCheck> {
  const path = resolve(imagePath);
  const result = await runTool('e2fsck', ['-fn', `./${basename(path)}?offset=${partition.offsetBytes}`], {
    step: `check partition ${partition.number}`,
    cwd: dirname(path),
    timeoutSeconds: 1800,
    acceptExitCodes: [1, 4, 8],
  });
  return { partition, isClean: result.exitCode === 0, report: textOf(result) };
}

async function checkFat(
  imagePath: string,
  partition: ImagePartition,
  directory: string,
): Promise<FilesystemCheck> {
  const temporary = await makePrivateTemporary(directory);
  try {
    const copy = join(temporary.path, 'partition');
    const image = await openImage(imagePath);
    try {
      await carveOut(image, partition, copy);
    } finally {
      await image.close();
    }
    await clearDirtyBit(copy, partition);
    const result = await runTool('fsck.vfat', ['-n', copy], {
      step: `check partition ${partition.number}`,
      timeoutSeconds: 1800,
      acceptExitCodes: [1],
    });
    const report = textOf(result).replaceAll(copy, `partition ${partition.number}`);
    return { partition, isClean: result.exitCode === 0, report };
  } finally {
    await temporary.remove();
  }
}

/**
 * A FAT that was not unmounted, as of a card that was pulled out, is told apart from one that is damaged: systems mount it
 * and check it then, and fsck.vfat would call both wrong.
 */
async function clearDirtyBit(path: string, { filesystem }: ImagePartition): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const place = fatStateOffset(filesystem.kind);
    const state = await sourceOf(handle, place + 1).read(place, 1);
    await writeFully(handle, Buffer.of(state.readUInt8(0) & ~fatDirtyBit), place);
  } finally {
    await handle.close();
  }
}

function textOf(result: { readonly stdout: Uint8Array; readonly stderr: string }): string {
  return `${Buffer.from(result.stdout).toString('utf8')}${result.stderr}`.trim();
}
