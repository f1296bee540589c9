import type { ConvertedDisk } from '../disk-identity.ts';
import { readStart } from '../../host/open-image.ts';

/** Formats in which publishers pack images. */
export type Container =
  'raw' | 'gz' | 'xz' | 'zst' | 'bz2' | 'zip' | '7z' | 'qcow2' | ConvertedDisk | 'vpc' | 'tar' | 'android';

/** Bytes at the start of a file that are enough to recognise its format. */
export const containerStartBytes = 512;

/** Source: the magic numbers as file(1) knows them; tar's is inside its first header. */
const magics: readonly (readonly [number, string, Container])[] = [
  [0, '\xfd7zXZ\0', 'xz'],
  [0, '\x1f\x8b', 'gz'],
  [0, '\x28\xb5\x2f\xfd', 'zst'],
  [0, 'BZh', 'bz2'],
  [0, 'PK\x03\x04', 'zip'],
  [0, '7z\xbc\xaf\x27\x1c', '7z'],
  [0, '\x3a\xff\x26\xed', 'android'],
  [0, 'QFI\xfb', 'qcow2'],
  [0, 'KDMV', 'vmdk'],
  [0, 'vhdxfile', 'vhdx'],
  // A VHD that grows begins with a copy of its footer; one of fixed size begins with the disk, and is raw for all that matters.
  [0, 'conectix', 'vpc'],
  // The text before VDI's own number, which is not at the beginning.
  [0, '<<< QEMU VM Virtual Disk Image >>>', 'vdi'],
  [0, '<<< Oracle VM VirtualBox Disk Image >>>', 'vdi'],
  [257, 'ustar', 'tar'],
];

/** Says how an image is packed, by its first bytes. A disk of which nothing is known is raw. */
export function containerIn(start: Buffer): Container {
  const found = magics.find(
    ([offset, magic]) => start.toString('latin1', offset, offset + magic.length) === magic,
  );
  return found?.[2] ?? 'raw';
}

/** Says how the image in a file is packed. @throws HostError as `openImage` does */
export async function containerOf(path: string): Promise<Container> {
  return containerIn(await readStart(path, containerStartBytes));
}
