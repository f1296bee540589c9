import { statfs } from 'node:fs/promises';
import { HostError } from '../../report/errors.ts';

/** The one error for a host that has no room left. A system error that names a file knows best which disk is full. */
export function diskFull(path: string, step: string, cause: unknown): HostError {
  const full = pathIn(cause) ?? path;
  return new HostError('disk-full', `cannot ${step}: no space left on the disk that holds ${full}`, {
    hint: 'free some space, or choose another directory (--out, --cache, --state)',
    cause,
  });
}

/** True when a system call or a program failed for lack of space. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof HostError) {
    return error.id === 'disk-full' || error.details.some((line) => /no space left on device/i.test(line));
  }
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** The clear error for a failure for lack of space, wherever it happened; any other is returned as it is. */
export function explainDiskFull(error: unknown): unknown {
  if (!isDiskFull(error) || (error instanceof HostError && error.id === 'disk-full')) return error;
  const path = pathIn(error);
  const where = path === undefined ? 'a disk is full' : `no space left on the disk that holds ${path}`;
  const what = error instanceof HostError ? `${error.message}: ${where}` : `cannot go on: ${where}`;
  return new HostError('disk-full', what, {
    hint: 'free some space, or choose another directory (--out, --cache, --state)',
    details: error instanceof HostError ? error.details : [],
    cause: error,
  });
}

/** With less room than this a few small files cannot be written. */
const leastBytes = 64 * 1024;

/**
 * Runs work of which programs are a part that end well, or with words of their own, when what they write into
 * `directory` is cut off: after a failure its disk tells whether room was what was lacking.
 *
 * @throws HostError `disk-full`, or what the work throws
 */
export async function orDiskFull<T>(directory: string, step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { bavail, bsize } = await statfs(directory);
    throw isDiskFull(error) || bavail * bsize < leastBytes ? diskFull(directory, step, error) : error;
  }
}

function pathIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof HostError) return undefined;
  const { dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return dest ?? path;
}
