import { basename, dirname, resolve } from 'node:path';
import type { FatPlan } from '../fat-plan.ts';
import { nameOf, parentOf } from '../image-path.ts';
import type { Entry } from '../entry.ts';
import { HostError } from '../../report/errors.ts';
import { runTool } from '../../system/host/run-tool.ts';

/** Writes the planned directories and files into a FAT filesystem inside an image file. */
export async function writeFat(
  volume: { readonly imagePath: string; readonly offsetBytes: number },
  plan: FatPlan,
  hostPathOf: (entry: Entry) => string,
  options: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const path = resolve(volume.imagePath);
  const device = ['-i', `./${basename(path)}@@${volume.offsetBytes}`];
  const common = {
    step: 'write files into the boot partition',
    cwd: dirname(path),
    timeoutSeconds: 3600,
    env: environment(options.seconds),
    signal: options.signal,
  };
  const run = (program: 'mmd' | 'mcopy', args: readonly string[]) =>
    runTool(program, [...device, ...args], common).catch(explainFull);
  if (plan.directories.length > 0) {
    const names = plan.directories.map((name) => `${existing(parentOf(name))}${nameOf(name)}`);
    await run('mmd', names);
  }
  for (const { directory, files } of plan.groups) {
    await run('mcopy', ['-o', '-m', ...files.map(hostPathOf), existing(directory)]);
  }
}

/** The preflight does not see everything, such as the fixed size of a top directory of FAT12 and FAT16. */
function explainFull(error: unknown): never {
  const lines = error instanceof HostError ? error.details : [];
  if (!lines.some((line) => /disk full|no (free )?directory slots/i.test(line))) throw error;
  throw new HostError('image-no-space', 'the boot partition of the base is full', {
    hint: 'take a base with a larger partition, or leave out some of the files and container images',
    details: lines,
    cause: error,
  });
}

/** mtools takes the name of an existing directory for a pattern, in which [ begins a set of characters. */
function existing(directory: string): string {
  return directory === '/' ? '::/' : `::${directory.replaceAll('[', '[[]')}/`;
}

/** Nothing of the host's own mtools configuration may have a say, and every stamp is the given time. */
function environment(seconds: number): Record<string, string> {
  return { SOURCE_DATE_EPOCH: String(seconds), MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1' };
}
