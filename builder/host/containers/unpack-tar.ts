import { extract } from 'tar-stream';
import { isImageName, noImage } from './archive-members.ts';
import { readThrough } from './read-through.ts';

/**
 * Unpacks the disk of a tar archive, in which vendors put one: Debian's is called disk.raw.
 *
 * @throws HostError `image-container-empty`, or a plain error when the archive is damaged
 */
export async function unpackTar(
  path: string,
  write: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const archive = readThrough(path, extract());
  for await (const entry of archive) {
    if (entry.header.type === 'file' && isImageName(entry.header.name)) {
      await write(entry as AsyncIterable<Uint8Array>);
      return;
    }
    entry.resume();
  }
  throw noImage(path);
}
