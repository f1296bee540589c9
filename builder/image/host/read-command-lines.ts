import { commandLinePath } from '../board-files.ts';
import { openImageFiles, type ImageFiles } from './image-files.ts';
import type { OpenImage } from './open-image.ts';
import type { ImageRoles } from './partition-roles.ts';

const bootLoaders = ['/boot/grub/grub.cfg', '/etc/default/grub'];

/**
 * Reads the files of an image that hold words for its kernel, by path: those of GRUB, and the one that a Raspberry Pi's
 * firmware reads, as `boot:/cmdline.txt`, from where its config.txt says.
 */
export async function readCommandLines(
  image: OpenImage,
  { root, boot }: ImageRoles,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (boot !== null) {
    const files = await openImageFiles(image, boot);
    const path = commandLinePath((await textIn(files, '/config.txt')) ?? '');
    const text = await textIn(files, path);
    if (text !== null) found.set(`boot:${path}`, text);
  }
  const files = await openImageFiles(image, root);
  for (const path of bootLoaders) {
    const text = await textIn(files, path);
    if (text !== null) found.set(path, text);
  }
  return found;
}

async function textIn(files: ImageFiles, path: string): Promise<string | null> {
  return (await files.stat(path))?.kind === 'file' ? (await files.read(path)).toString('utf8') : null;
}
