import type { ImageLayout } from '../../image/layout.ts';
import { findGptDamage } from '../../image/gpt.ts';
import { parseLayout } from '../../image/partition-table.ts';
import { HostError } from '../../report/errors.ts';
import { withImage, type OpenImage } from './open-image.ts';

/**
 * Detects how an image is divided and what its partitions hold. Any raw image will do; nothing is assumed.
 *
 * @throws HostError `image-not-found`, `image-unreadable`, `image-not-a-file`, `image-empty`,
 *   `image-table-damaged` or `image-no-layout`.
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
  throw new HostError('image-no-layout', `${image.path} has no partition table and no filesystem`, {
    hint: 'give a disk image: raw, packed (xz, gz, zst, bz2, zip, 7z, tar) or a disk (qcow2, vmdk, vdi, vhdx)',
  });
}
