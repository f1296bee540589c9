import { requireObtainable } from '../../base/host/obtain/obtain-bases.ts';
import { planBuild, type BuildPlan } from '../plan-build.ts';
import { checkVagrantfile } from '../vagrant/host/write-vagrant-files.ts';
import type { BuiltItem } from './build-artifacts.ts';
import { describeForVagrant } from './describe-for-vagrant.ts';
import type { ImageMaking } from './image-maker.ts';
import type { MakeRequest } from './make-request.ts';
import type { OutputDirectory } from './output/output-directory.ts';
import { requirePrograms, withReadyCluster } from './ready-cluster.ts';
import { withOutputDirectory } from './with-output-directory.ts';
import { writeItems } from './write-items.ts';

/**
 * Makes the files of a cluster. Those whose inputs have not changed are kept, so an interrupted build goes on where it
 * stopped.
 *
 * @throws HostError, UsageError when one image cannot be for all nodes, ConfigurationError about an overlay or a base,
 *   or the reason of the signal
 */
export async function makeCluster(request: MakeRequest, making: ImageMaking): Promise<BuiltItem[]> {
  const plan = planBuild(request, request.sharingRemedy);
  await requirePrograms(request);
  await making.requireReady();
  await requireObtainable(plan.bases, request);
  return await withOutputDirectory(request, async (output) => {
    await requireReplaceable(plan, request, output);
    return await withReadyCluster(request, plan, async (ready) => {
      const built = await writeItems({ ...ready, request, output, making });
      if (request.delivery.isVagrant) await describeForVagrant(request, ready, built);
      return built;
    });
  });
}

async function requireReplaceable(
  { items }: BuildPlan,
  { delivery }: MakeRequest,
  output: OutputDirectory,
): Promise<void> {
  for (const { kind, name, node, formats } of items)
    await output.requireReplaceable(kind === 'shared' ? { name } : node, formats);
  if (delivery.isVagrant) await checkVagrantfile(output.path);
}
