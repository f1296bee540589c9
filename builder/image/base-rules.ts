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
 * Refuses a root filesystem that must not be written as it is. debugfs itself would write without a word, and the
 * kernel would then replay an old journal over the new files.
 *
 * @throws HostError `image-journal-dirty`, `image-has-errors` or `image-root-read-only`
 */
export function checkExtWritable(
  imagePath: string,
  partition: ImagePartition,
  superblock: ExtSuperblock,
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
