import type { ClusterImage } from '../model/cluster.ts';
import type { Profile } from '../generated/profile.ts';
import { armVersion, runsImage } from './docker-platform.ts';
import type { ArchivedImage } from '../model/image-archive.ts';
import { fullReference } from './image-reference.ts';

/**
 * The archives that a board gets, each with the images that the board runs. Of several under one name, as in a cluster of
 * ARMv6 and ARMv7, it is the one for the newest ARM; archives without any are left out.
 */
export function imagesFor(
  board: Pick<Profile, 'architecture'>,
  archives: readonly ClusterImage[],
): ClusterImage[] {
  const best = new Map<string, number>();
  const running = archives.map((archive) => ({
    ...archive,
    images: archive.images.filter((image) => runsImage(board, image)),
  }));
  for (const image of running.flatMap(({ images }) => images)) {
    for (const name of image.references.map(fullReference)) {
      best.set(name, Math.max(best.get(name) ?? 0, armVersion(image)));
    }
  }
  const isBest = (image: ArchivedImage) =>
    image.references.some((name) => armVersion(image) >= (best.get(fullReference(name)) ?? 0));
  return running
    .map((archive) => ({ ...archive, images: archive.images.filter(isBest) }))
    .filter(({ images }) => images.length > 0);
}
