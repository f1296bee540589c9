import { HostError } from '../report/errors.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import type { ImageLayout, ImagePartition } from './layout.ts';

/**
 * Refuses an image whose end is missing.
 *
 * @throws HostError `image-truncated`
 */
export function checkNotTruncated(imagePath: string, layout: ImageLayout): void {
  const hint = 'the download or copy was cut off: fetch or build the image again';
  if (layout.neededBytes > layout.sizeBytes) {
    throw new HostError(
      'image-truncated',
      `${imagePath} has ${layout.sizeBytes} bytes, but its partition table needs ${layout.neededBytes}`,
      { hint },
    );
  }
  for (const { number, sizeBytes, filesystem } of layout.partitions) {
    if (filesystem.sizeBytes === null || filesystem.sizeBytes <= sizeBytes) continue;
    throw new HostError(
      'image-truncated',
      `partition ${number} of ${imagePath} has ${sizeBytes} bytes, but its ${filesystem.kind} needs ${filesystem.sizeBytes}`,
      { hint },
    );
  }
}

/**
 * Refuses an image of which two partitions share bytes: what is written into one would damage the other.
 *
 * @throws HostError `image-partitions-overlap`
 */
export function checkNoOverlap(imagePath: string, { partitions }: ImageLayout): void {
  const sorted = partitions.toSorted((one, other) => one.offsetBytes - other.offsetBytes);
  for (const [index, { number, offsetBytes, sizeBytes }] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || offsetBytes + sizeBytes <= next.offsetBytes) continue;
    throw new HostError(
      'image-partitions-overlap',
      `partitions ${number} and ${next.number} of ${imagePath} overlap`,
      { hint: 'its partition table is damaged: fetch or build the image again' },
    );
  }
}

/**
 * Refuses a root filesystem that must not be written as it is. debugfs itself would write without a word, and the
 * kernel would then replay an old journal over the new files.
 *
 * @param freeBlocks - blocks that its own bitmaps show as free; null when they are not read
 * @throws HostError `image-journal-dirty`, `image-has-errors`, `image-root-read-only` or `image-feature-unsupported`
 */
export function checkExtWritable(
  imagePath: string,
  partition: ImagePartition,
  superblock: ExtSuperblock,
  freeBlocks: number | null,
): void {
  const name = `the root filesystem (partition ${partition.number}) of ${imagePath}`;
  const device = `'${imagePath}?offset=${partition.offsetBytes}'`;
  if (superblock.needsRecovery || superblock.hasOrphans) {
    const reason = superblock.needsRecovery ? 'its journal holds changes' : 'it still lists deleted files';
    throw new HostError('image-journal-dirty', `${name} was not unmounted cleanly: ${reason}`, {
      hint:
        'take an image that was shut down cleanly; or in a copy of it run ' +
        `debugfs -w -R journal_run ${device}; debugfs -w -R 'feature -needs_recovery' ${device}; e2fsck -fp ${device}`,
    });
  }
  if (superblock.hasErrors) {
    throw new HostError('image-has-errors', `${name} is marked as damaged`, {
      hint: `repair a copy of it: e2fsck -f ${device}`,
    });
  }
  if (freeBlocks !== null && freeBlocks !== superblock.freeBlocks) {
    throw new HostError(
      'image-has-errors',
      `${name} is damaged: it says that ${superblock.freeBlocks} blocks are free, but ${freeBlocks} are`,
      { hint: `repair a copy of it: e2fsck -f ${device}` },
    );
  }
  if (superblock.unkeptFeatures.length > 0) {
    const features = superblock.unkeptFeatures;
    throw new HostError(
      'image-feature-unsupported',
      `${name} has the feature ${features.join(' and ')}, which dlimage cannot keep right`,
      {
        hint: `take it away in a copy of it: tune2fs -O ${features.map((one) => `^${one}`).join(',')} ${device}`,
      },
    );
  }
  if (superblock.readOnly) {
    throw new HostError('image-root-read-only', `${name} is marked as read-only: it must not be changed`, {
      hint: 'take an image whose root filesystem can be written',
    });
  }
}

/** Says in words what a partition holds, for messages. */
export function describePartition({ number, filesystem }: ImagePartition): string {
  const label = filesystem.label === '' ? '' : ` "${filesystem.label}"`;
  return `partition ${number} is ${filesystem.kind}${label}`;
}
