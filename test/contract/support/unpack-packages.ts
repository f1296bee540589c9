import { runMmdebstrap } from '../../../builder/base/host/run-mmdebstrap.ts';
import { cacheDirectory } from '../../../builder/system/host/cache-directory.ts';
import { silentProgress } from '../../../builder/system/host/progress.ts';
import { sharedTree } from './shared-tree.ts';

/** What tests want of each release beside the base. */
const packages = {
  bookworm: ['cloud-init', 'locales', 'xkb-data'],
  trixie: ['console-setup', 'locales', 'wpasupplicant', 'xkb-data'],
} as const;

/** Unpacks these packages, with all that they depend on, into a directory that other tests read, too. */
export async function unpackPackages(suite: keyof typeof packages): Promise<string> {
  return await sharedTree(suite, packages[suite].join('+'), async (directory) => {
    const request = {
      suite,
      components: ['main'],
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      variant: 'extract' as const,
      packages: packages[suite],
      directory,
      ownHooks: ['merged-usr'],
      scripts: directory,
      hooks: { env: {} },
    };
    const options = { cacheDirectory: cacheDirectory(undefined), progress: silentProgress };
    await runMmdebstrap(request, options, silentProgress.task(`Unpack ${suite}`));
  });
}
