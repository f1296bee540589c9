import { UsageError } from '../report/errors.ts';

/** A file or directory inside an image: `boot:/config.txt`, `root:/etc/hostname`, or `2:/etc` by partition number. */
export interface ImageAddress {
  readonly partition: 'root' | 'boot' | number;
  /** Absolute path inside the partition. */
  readonly path: string;
}

/**
 * Parses the way in which a user names a file of an image. A plain path is one of the root partition.
 *
 * @throws UsageError when it is neither a path nor an address.
 */
export function parseImageAddress(text: string): ImageAddress {
  const match = /^(?:(root|boot|\d+):)?(\/.*)$/s.exec(text);
  const [, partition = 'root', path] = match ?? [];
  if (path === undefined) {
    throw new UsageError(
      `"${text}" is no path inside an image`,
      'write /etc/hostname, boot:/config.txt, or 2:/etc for a partition by its number',
    );
  }
  if (/["\p{Cc}]/u.test(path)) {
    throw new UsageError(
      `${JSON.stringify(path)} contains a double quote or a control character, which debugfs cannot express`,
      'list the directory that holds it instead',
    );
  }
  return { partition: partition === 'root' || partition === 'boot' ? partition : Number(partition), path };
}
