import type { ImageLayout } from '../../image/layout.ts';
import { parseLayout } from '../../image/partition-table.ts';
import { HostError } from '../../report/errors.ts';
import { withImage, type OpenImage } from './open-image.ts';

/**
 * Detects how an image is divided and what its partitions hold. Any raw image will do; nothing is assumed.
 *
 * @throws HostError `image-not-found`, `image-unreadable`, `image-not-a-file`, `image-empty` or `image-no-layout`.
 */
export async function readLayout(path: string): Promise<ImageLayout> {
  return withImage(path, readLayoutOf);
}

/** As `readLayout`, for an image that is open already. */
export async function readLayoutOf(image: OpenImage): Promise<ImageLayout> {
  const layout = await parseLayout(image);
  if (layout !== null) return layout;
  throw new HostError('image-no-layout', `${image.path} has no partition table and no filesystem`, {
    hint: await hintForContainer(image),
  });
}

/** Source: the first bytes of each format, as file(1) knows them. */
const containers: readonly (readonly [string, string, string])[] = [
  ['\xfd7zXZ\0', 'xz', 'xz -dk'],
  ['\x1f\x8b', 'gzip', 'gzip -dk'],
  ['\x28\xb5\x2f\xfd', 'zstd', 'zstd -dk'],
  ['BZh', 'bzip2', 'bzip2 -dk'],
  ['PK\x03\x04', 'zip', 'unzip'],
  ['QFI\xfb', 'qcow2', 'qemu-img convert -O raw'],
];

async function hintForContainer(image: OpenImage): Promise<string> {
  const start = (await image.read(0, 8)).toString('latin1');
  const found = containers.find(([magic]) => start.startsWith(magic));
  if (found === undefined) return 'give a raw disk image (.img)';
  return `it is ${found[1]}: unpack it to a raw image first (${found[2]})`;
}
