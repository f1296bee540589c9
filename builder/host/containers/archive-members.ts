import sevenZip from 'node-7z';
import { HostError } from '../../report/errors.ts';
import { programOf } from '../find-program.ts';
import { noImage } from './unpack-container.ts';

interface Member {
  readonly name: string;
  readonly sizeBytes: number;
}

/** True for the name of a file that is a disk image, packed or not. */
export function isImageName(name: string): boolean {
  return /\.(img|raw|qcow2)(\.(xz|gz|zst|bz2))?$/i.test(name);
}

/**
 * Name of the disk image in a zip or 7z archive: the largest, if there are several.
 *
 * @throws HostError `image-damaged` when the archive cannot be read, `image-container-empty`
 */
export async function chooseMember(path: string): Promise<string> {
  const members = await listMembers(path);
  const images = members.filter(({ name }) => isImageName(name));
  const [largest] = images.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
  if (largest === undefined) throw noImage(path);
  return largest.name;
}

async function listMembers(path: string): Promise<Member[]> {
  const members: Member[] = [];
  const listing = sevenZip.list(path, { $bin: programOf('7zz') });
  return await new Promise((resolve, reject) => {
    listing.on('data', ({ file, size }) => members.push({ name: file, sizeBytes: size ?? 0 }));
    listing.on('end', () => resolve(members));
    listing.on('error', (error: Error) => {
      reject(
        new HostError('image-damaged', `${path} cannot be read as an archive`, {
          hint: 'download it again',
          details: error.message.split('\n'),
          cause: error,
        }),
      );
    });
  });
}
