import { basename, dirname, resolve } from 'node:path';
import type { FatPlan } from '../../image/fat-plan.ts';
import { nameOf, parentOf } from '../../image/image-path.ts';
import type { Entry } from '../../plan/entry.ts';
import { runTool } from '../run-tool.ts';

/** Writes the planned directories and files into a FAT filesystem inside an image file. */
export async function writeFat(
  volume: { readonly imagePath: string; readonly offsetBytes: number },
  plan: FatPlan,
  hostPathOf: (entry: Entry) => string,
  options: { readonly seconds: number; readonly signal?: AbortSignal },
): Promise<void> {
  const path = resolve(volume.imagePath);
  const device = ['-i', `./${basename(path)}@@${volume.offsetBytes}`];
  const common = {
    step: 'write files into the boot partition',
    cwd: dirname(path),
    timeoutSeconds: 3600,
    env: environment(options.seconds),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  if (plan.directories.length > 0) {
    const names = plan.directories.map((name) => `${existing(parentOf(name))}${nameOf(name)}`);
    await runTool('mmd', [...device, ...names], common);
  }
  for (const { directory, files } of plan.groups) {
    await runTool('mcopy', [...device, '-o', '-m', ...files.map(hostPathOf), existing(directory)], common);
  }
}

/** mtools takes the name of an existing directory for a pattern, in which [ begins a set of characters. */
function existing(directory: string): string {
  return directory === '/' ? '::/' : `::${directory.replaceAll('[', '[[]')}/`;
}

/** Nothing of the host's own mtools configuration may have a say, and every stamp is the given time. */
function environment(seconds: number): Record<string, string> {
  return { SOURCE_DATE_EPOCH: String(seconds), MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1' };
}
