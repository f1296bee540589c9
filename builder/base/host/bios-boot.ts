import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';

const sectorBytes = 512;

// Source: https://git.savannah.gnu.org/cgit/grub.git/tree/include/grub/i386/pc/boot.h (GRUB_BOOT_MACHINE_*)
const kernelSectorOffset = 0x5c;
const driveCheckOffset = 0x66;
/** Boot code ends here; behind it are the disk's signature and the partition table. */
const bootCodeBytes = 440;
// Source: https://git.savannah.gnu.org/cgit/grub.git/tree/include/grub/offsets.h and boot/i386/pc/diskboot.S:
// the block list's first entry is the last 12 bytes of the first sector: le64 start, le16 length, le16 segment.
const blockListOffset = sectorBytes - 12;
const nop = 0x90;

/**
 * Makes a disk bootable by a PC's BIOS, as `grub-bios-setup` does on a mounted one: GRUB's first sector goes into the
 * MBR and points at its core image in the BIOS boot partition, whose first sector points at the rest of itself.
 *
 * Source: https://git.savannah.gnu.org/cgit/grub.git/tree/util/setup.c
 *
 * @throws HostError `grub-core-too-large` when the core image does not fit into its partition.
 */
export async function writeBiosBoot(
  imagePath: string,
  loaderDirectory: string,
  partition: { readonly offsetBytes: number; readonly sizeBytes: number },
): Promise<void> {
  const boot = await readFile(join(loaderDirectory, 'boot.img'));
  const core = await readFile(join(loaderDirectory, 'core.img'));
  if (core.length > partition.sizeBytes) {
    throw new HostError(
      'grub-core-too-large',
      `GRUB's core image has ${core.length} bytes, its partition only ${partition.sizeBytes}`,
    );
  }
  const coreSector = BigInt(partition.offsetBytes / sectorBytes);
  boot.writeBigUInt64LE(coreSector, kernelSectorOffset);
  // Some BIOSes pass drive 0 when they boot from a hard disk: do not believe them.
  boot.fill(nop, driveCheckOffset, driveCheckOffset + 2);
  core.writeBigUInt64LE(coreSector + 1n, blockListOffset);
  const image = await open(imagePath, 'r+');
  try {
    await image.write(boot, 0, bootCodeBytes, 0);
    await image.write(core, 0, core.length, partition.offsetBytes);
  } finally {
    await image.close();
  }
}
