import type { Profile } from '../generated/profile.ts';
import type { ArchivedImage } from '../model/image-archive.ts';

/** Platform of a container image: `arm` and `v6`, or `amd64` alone. */
export type ImagePlatform = Pick<ArchivedImage, 'architecture' | 'variant'>;
type Board = Pick<Profile, 'architecture'>;

/** The newest version of ARM that a 32-bit board runs, by Debian's name: armel is for those without ARMv7. */
const armVersions: Readonly<Record<string, number>> = { armhf: 7, armel: 6 };

/** Docker's name for the architecture of a board: Debian's `armhf` and `armel` are `arm`, the others have the same name. */
function dockerArchitecture({ architecture }: Board): string {
  return architecture in armVersions ? 'arm' : architecture;
}

/** Platform for `docker pull --platform`, behind `linux/`: `amd64`, `arm/v7`. */
export function dockerPlatform(board: Board): string {
  const version = armVersions[board.architecture];
  return version === undefined ? board.architecture : `arm/v${version}`;
}

/** The platform of an image as Docker writes it: `arm64`, `arm/v6`. */
export function imagePlatform({ architecture, variant }: ImagePlatform): string {
  return architecture === 'arm' && variant !== undefined ? `arm/${variant}` : architecture;
}

/** True when a board runs an image; also when the image says `arm` and not which. */
export function runsImage(board: Board, image: ImagePlatform): boolean {
  if (image.architecture !== dockerArchitecture(board)) return false;
  // On ARMv7 an image for a newer version may run: the same system is on boards with ARMv8.
  return board.architecture !== 'armel' || armVersion(image) <= 6;
}

/** True when an image may be for an ARM that the board is not: old versions of Docker do not write it down. */
export function isUnsureOn(board: Board, image: ImagePlatform): boolean {
  return board.architecture === 'armel' && image.architecture === 'arm' && armVersion(image) === 0;
}

/** 0 where it is not said. */
export function armVersion({ variant }: ImagePlatform): number {
  return Number(/^v?(\d+)/.exec(variant ?? '')?.[1] ?? 0);
}
