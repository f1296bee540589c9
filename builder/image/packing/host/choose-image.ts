import { basename } from 'node:path/posix';
import { shown } from '../../../report/shown.ts';
import { HostError } from '../../../report/errors.ts';

/** One file of an archive. */
export interface Member {
  readonly name: string;
  readonly sizeBytes: number;
  /** Memory needed to unpack it. */
  readonly memoryBytes: number;
  /** True when only a password unpacks it. */
  readonly isEncrypted?: boolean;
}

const packed = String.raw`(?:\.(?:xz|gz|zst|bz2|zip|7z))?$`;
const imageName = new RegExp(String.raw`\.(?:img|raw|wic|qcow2|vmdk|vdi|vhdx?)${packed}`, 'i');
/** Images of some vendors end so, but boot loaders and firmware do as well. */
const binaryName = new RegExp(String.raw`\.bin${packed}`, 'i');
const shownNames = 10;

/**
 * The one disk image of an archive, by the names of its files. A `.bin` is an image only where nothing else is one.
 *
 * @throws HostError `image-container-empty`, or `image-container-several`: nobody but the user knows which one is meant
 */
export function chooseImage(path: string, members: readonly Member[]): Member {
  const [image, ...others] = imagesAmong(members);
  if (image === undefined) {
    throw new HostError('image-container-empty', `there is no disk image in ${path}`, {
      hint:
        'files that end in .img, .raw, .wic, .bin, .qcow2, .vmdk, .vdi, .vhd or .vhdx are images; ' +
        'unpack it yourself, and name the image',
    });
  }
  if (others.length === 0) return image;
  const names = [image, ...others].map(({ name }) => shown(name));
  const more = names.length - shownNames;
  throw new HostError('image-container-several', `there are ${names.length} disk images in ${path}`, {
    hint: 'unpack it yourself, and name the image that is meant',
    details: [...names.slice(0, shownNames), ...(more > 0 ? [`and ${more} more`] : [])],
  });
}

function imagesAmong(members: readonly Member[]): Member[] {
  // macOS puts a file ._NAME beside NAME, with what it knows of it.
  const files = members.filter(({ name }) => !basename(name).startsWith('._'));
  const images = files.filter(({ name }) => imageName.test(name));
  return images.length > 0 ? images : files.filter(({ name }) => binaryName.test(name));
}
