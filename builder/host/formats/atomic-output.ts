import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HostError } from '../../report/errors.ts';

/**
 * Lets `write` make a file under a temporary name, and gives it its own name once it is whole. Whatever goes wrong, or
 * when the process is killed, nothing shows under the name; `OutputDirectory.removeLeftovers` knows the temporary one.
 *
 * @throws HostError `disk-full`, or whatever `write` throws.
 */
export async function writeAtomically<T>(path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  await rm(temporary, { force: true });
  try {
    const result = await write(temporary);
    await rename(temporary, path);
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw isDiskFull(error) ? diskFull(path, error) : error;
  }
}

function isDiskFull(error: unknown): boolean {
  if (error instanceof HostError) return error.details.some((line) => /no space left on device/i.test(line));
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function diskFull(path: string, cause: unknown): HostError {
  return new HostError('disk-full', `cannot write ${path}: no space left on its disk`, {
    hint: 'free some space, or choose another directory (--out, --cache)',
    cause,
  });
}
