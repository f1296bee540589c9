import { join } from 'node:path';
import type { Task } from '../progress.ts';
import type { BuildPaths } from './assemble-image.ts';
import { removeTree } from './base-cache.ts';
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
  const { suite, components } = request.definition.build;
  const native = nativeArchitecture();
  const standIns =
    native !== undefined && native !== request.architecture ? join(paths.tree, '..', 'native') : undefined;
  if (standIns !== undefined && native !== undefined) {
    const tree: TreeRequest = {
      suite,
      components,
      architecture: native,
      variant: 'extract',
      packages: request.definition.build.stand_ins,
      directory: standIns,
      hooks: { env: {} },
    };
    await runMmdebstrap(tree, options, task);
  }
  const env = {
    DLIMAGE_PLATFORM: request.platform,
    DLIMAGE_ARCHITECTURE: request.architecture,
    DLIMAGE_LOADER: paths.loader,
    ...(standIns === undefined ? {} : { DLIMAGE_NATIVE: standIns }),
  };
  const tree: TreeRequest = {
    suite,
    components,
    architecture: request.architecture,
    variant: 'minbase',
    packages: basePackages(request),
    directory: paths.tree,
    hooks: { extract: 'prepare.sh', customize: 'finish.sh', env },
  };
  await runMmdebstrap(tree, options, task);
  if (standIns !== undefined) await removeTree(standIns);
}
