import { open, rm } from 'node:fs/promises';
import { HostError } from '../../report/errors.ts';
import { runTool } from '../run-tool.ts';

/**
 * Copies an image into a new file of mode 0600: as a clone where the filesystem can, else without the zeros. After a
 * failure there is no file.
 * Node's own copyFile writes every zero and takes eight times as long.
 *
 * @throws HostError `disk-full`, or whatever `runTool` throws.
 */
export async function copySparsely(
  source: string,
  target: string,
  options: { readonly step: string; readonly signal?: AbortSignal },
): Promise<void> {
  await (await open(target, 'wx', 0o600)).close();
  await runTool('cp', ['--sparse=always', '--reflink=auto', '--', source, target], {
    timeoutSeconds: 3600,
    ...options,
  }).catch(async (error: unknown) => {
    await rm(target, { force: true });
    throw isDiskFull(error) ? diskFull(target, options.step, error) : error;
  });
}

/** The one error for a host that has no room left. */
export function diskFull(path: string, step: string, cause: unknown): HostError {
  return new HostError('disk-full', `cannot ${step}: no space left on the disk that holds ${path}`, {
    hint: 'free some space, or choose another directory (--out, --cache)',
    cause,
  });
}

/** True when a system call or a program failed for lack of space. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof HostError) return error.details.some((line) => /no space left on device/i.test(line));
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
