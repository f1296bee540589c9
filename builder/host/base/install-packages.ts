import { join } from 'node:path';
import type { Task } from '../progress.ts';
import type { BuildPaths } from './assemble-image.ts';
import type { BaseRequest, EnsureBaseOptions } from './base-request.ts';
import { ensureRunnable, nativeArchitecture } from './foreign-architecture.ts';
import { basePackages, runMmdebstrap, type TreeRequest } from './run-mmdebstrap.ts';

/**
 * Installs a base's packages into the tree of a build, with the shipped files and scripts of `profiles/bases`.
 * For a foreign architecture, programs of this machine's own stand in for the hot ones: see `native.sh`.
 */
export async function installPackages(
  request: BaseRequest,
  paths: BuildPaths,
  options: EnsureBaseOptions,
  task: Task,
): Promise<void> {
  await ensureRunnable(request.architecture);
  const { suite, components, stand_ins: standIns } = request.definition.build;
  const native = nativeArchitecture();
  const foreign = native !== undefined && native !== request.architecture;
  const common = { suite, components, scripts: join(paths.files, 'build') };
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
    hooks: { extract: 'prepare.sh', customize: 'finish.sh', env },
  };
  await runMmdebstrap(tree, options, task);
}
