import { HostError } from '../../../report/errors.ts';

/** No program that unpacks an image gets more memory than this: how much it needs is said by the file. */
export const unpackMemoryBytes = 1024 ** 3;

/**
 * How much memory the methods of a member of an archive need, in bytes: `LZMA2:24` (a power of two), `LZMA:48m`,
 * `PPMD:o6:mem24`. 0 for methods that need little.
 *
 * Source: the `Method` of `7zz l -slt`
 */
export function memoryOfMethod(method: string): number {
  const sizes = [...method.matchAll(/\b(?:LZMA2?|PPMD(?:\S*?:mem)):?(\d+)([bkmg]?)/gi)].map(
    ([, number, suffix = '']) =>
      suffix === '' ? 2 ** Number(number) : Number(number) * 1024 ** 'bkmg'.indexOf(suffix.toLowerCase()),
  );
  return Math.max(0, ...sizes);
}

/** The clear error for a program that was not given the memory that a file wants; any other is returned as it is. */
export function explainMemoryLimit(path: string, error: unknown): unknown {
  const isLimit =
    error instanceof HostError &&
    error.details.some((line) => /memory usage limit reached|too much memory for decoding/i.test(line));
  return isLimit ? tooMuchMemory(path, error) : error;
}

/** The one error for a file that wants more memory. */
export function tooMuchMemory(path: string, cause?: unknown): HostError {
  return new HostError('image-needs-memory', `${path} takes more than 1 GiB of memory to unpack`, {
    hint: 'if it is right, unpack it yourself, and name the raw image',
    cause,
  });
}
