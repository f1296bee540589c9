import { HostError } from '../../../report/errors.ts';
import { formatBytes } from '../../../report/format-units.ts';

/**
 * No image is unpacked to more than this, so that a small file that unpacks without end is given up. It is far more than
 * the image of an operating system has; a raw image may be of any size.
 */
export const longestImageBytes = 256 * 1024 ** 3;

/** The one error for an image that is longer. */
export function tooLong(path: string, limitBytes = longestImageBytes): HostError {
  return new HostError(
    'image-too-large',
    `${path} holds more than ${formatBytes(limitBytes)}: dlimage unpacks no more`,
    { hint: 'if it is right, unpack it yourself, and name the raw image' },
  );
}
