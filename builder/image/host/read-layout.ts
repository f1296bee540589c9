import type { ImageLayout } from '../layout.ts';
import { findGptDamage } from '../gpt.ts';
import { foreignFormatIn } from '../foreign-formats.ts';
import { parseLayout } from '../partition-table.ts';
import { HostError } from '../../report/errors.ts';
import { withImage, type OpenImage } from './open-image.ts';

/**
 * Detects how an image is divided and what its partitions hold. Any raw image will do; nothing is assumed.
 *
 * @throws HostError `image-not-found`, `image-unreadable`, `image-not-a-file`, `image-empty`,
 *   `image-table-damaged`, `image-format-unsupported` or `image-no-layout`.
 */
export async function readLayout(path: string): Promise<ImageLayout> {
  return withImage(path, readLayoutOf);
}

/** As `readLayout`, for an image that is open already. */
export async function readLayoutOf(image: OpenImage): Promise<ImageLayout> {
  const damage = await findGptDamage(image);
  if (damage !== null) {
    throw new HostError(
      'image-table-damaged',
      `the partition table (GPT) of ${image.path} is damaged: ${damage}`,
      {
        hint: 'fetch or build the image again',
      },
    );
  }
  const layout = await parseLayout(image);
  if (layout !== null) return layout;
  const foreign = foreignFormatIn(await image.read(0, Math.min(64, image.sizeBytes)));
  if (foreign !== null) {
    throw new HostError(
      'image-format-unsupported',
      `${image.path} is ${foreign.name}: dlimage does not read it`,
      {
        hint: foreign.remedy,
      },
    );
  }
  throw new HostError('image-no-layout', `${image.path} has no partition table and no filesystem`, {
    hint: 'give a disk image: raw, packed (xz, gz, zst, bz2, zip, 7z, tar) or a disk (qcow2, vmdk, vdi, vhd, vhdx, Android sparse)',
  });
}
