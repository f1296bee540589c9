import { join } from 'node:path';
import type { Task } from '../../system/host/progress.ts';
import type { BuildPaths } from './assemble-image.ts';
import type { BaseRequest } from '../base-request.ts';
import type { BuildBaseOptions } from './run-mmdebstrap.ts';
import { ensureRunnable, nativeArchitecture } from './foreign-architecture.ts';
import { basePackages, runMmdebstrap, type TreeRequest } from './run-mmdebstrap.ts';

/**
 * Debian 12's usr-is-merged removes a /lib64 that belongs to nobody, and with it the loader of all stand-ins. dpkg
 * knows whose it is when it is diverted; `native.sh` drops this diversion with its own. Later releases have no such
 * package, and a base-files that refuses the diversion.
 */
const keepLoader = String.raw`printf '/lib64\n/lib64.packaged\n:\n' >>"$1/var/lib/dpkg/diversions"`;

/**
 * Installs a base's packages into the tree of a build, with the shipped files and scripts of `profiles/bases`.
 * For a foreign architecture, programs of this machine's own stand in for the hot ones: see `native.sh`.
 */
export async function installPackages(
  request: BaseRequest,
  paths: BuildPaths,
  options: BuildBaseOptions,
  task: Task,
): Promise<void> {
  await ensureRunnable(request.architecture);
  const { suite, components, hooks: ownHooks = [], stand_ins: standIns } = request.definition.build;
  const native = nativeArchitecture();
  const foreign = native !== undefined && native !== request.architecture;
  const common = { suite, components, ownHooks, scripts: join(paths.files, 'build') };
  if (foreign) {
    const tree: TreeRequest = {
      ...common,
      architecture: native,
      variant: 'extract',
      packages: standIns,
      directory: paths.standIns,
      hooks: { env: {} },
    };
    await runMmdebstrap(tree, options, task);
  }
  const env = {
    DLIMAGE_PLATFORM: request.platform,
    DLIMAGE_ARCHITECTURE: request.architecture,
    DLIMAGE_LOADER: paths.loader,
    ...(foreign ? { DLIMAGE_NATIVE: paths.standIns } : {}),
  };
  const tree: TreeRequest = {
    ...common,
    architecture: request.architecture,
    variant: 'minbase',
    packages: basePackages(request),
    directory: paths.tree,
    hooks: {
      extract: 'prepare.sh',
      ...(foreign && ownHooks.includes('merged-usr') ? { afterExtract: keepLoader } : {}),
      customize: 'finish.sh',
      env,
    },
  };
  await runMmdebstrap(tree, options, task);
}
