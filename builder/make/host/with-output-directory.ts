import { join } from 'node:path';
import { acquireLock } from '../../system/host/process-lock.ts';
import { OutputDirectory } from './output/output-directory.ts';
import type { MakeRequest } from './make-request.ts';

/** Does something with the directory of a build while no other process writes to it. */
export async function withOutputDirectory<T>(
  { outputDirectory, progress, signal }: Pick<MakeRequest, 'outputDirectory' | 'progress' | 'signal'>,
  use: (output: OutputDirectory) => Promise<T>,
): Promise<T> {
  const output = await OutputDirectory.open(outputDirectory);
  const lock = await acquireLock(join(output.path, '.lock'), {
    signal,
    onWait: (pid) => progress.note(`waiting for process ${pid}, which is writing to ${output.path}`),
  });
  try {
    await output.reload();
    return await use(output);
  } finally {
    await lock.release();
  }
}
