import { join } from 'node:path';
import { runMmdebstrap } from '../../../builder/host/base/run-mmdebstrap.ts';
import { cacheDirectory } from '../../../builder/host/cache-directory.ts';
import { silentProgress } from '../../../builder/host/progress.ts';

/** Unpacks packages of a release of Debian, with all that they depend on, into a directory of its name in `scratch`. */
export async function unpackPackages(
  suite: string,
  packages: readonly string[],
  scratch: string,
): Promise<void> {
  const request = {
    suite,
    components: ['main'],
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    variant: 'extract' as const,
    packages,
    directory: join(scratch, suite),
    ownHooks: ['merged-usr'],
    scripts: scratch,
    hooks: { env: {} },
  };
  const options = { cacheDirectory: cacheDirectory(undefined), progress: silentProgress };
  await runMmdebstrap(request, options, silentProgress.task(`Unpack ${suite}`));
}
