import { open, rm } from 'node:fs/promises';
import { diskFull, isDiskFull } from '../../system/host/disk-full.ts';
import { runTool } from '../../system/host/run-tool.ts';

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
  options: { readonly step: string; readonly signal?: AbortSignal | undefined },
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
