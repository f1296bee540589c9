import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import { isBox, type BuildFormat, type WrittenFormat } from '../../image/image-format.ts';
import { loginUser } from '../../cluster/identity/ssh-access.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import { loginKeyFile } from '../../cluster/identity/host/login-key-file.ts';
import { requireTools } from '../../system/host/doctor/require-tools.ts';
import type { ToolName } from '../../system/host/tools.ts';
import { checkVagrantfile, writeVagrantFiles } from '../vagrant/host/write-vagrant-files.ts';
import type { BuiltItem } from './build-artifacts.ts';
import { buildItems } from './write-items.ts';
import { growNodeBases } from '../../base/host/obtain/grow-bases.ts';
import { underGivenNames } from '../../base/host/obtain/given-names.ts';
import { checkNodeBases, requireOneBase } from '../../base/host/obtain/obtain-bases.ts';
import type { OutputDirectory } from './output/output-directory.ts';
import { prepareCluster } from './prepare-cluster.ts';
import { withOutputDirectory } from './with-output-directory.ts';
import type { BuildRequest } from './make-request.ts';

/** Programs that every build needs; bases built from packages need more, which `ensureBase` asks for. */
const neededTools: readonly ToolName[] = ['debugfs', 'e2fsck', 'mcopy', 'cp', 'openssl', 'ssh-keygen'];

/** Programs that single formats need. */
const toolsOfFormats: Readonly<Partial<Record<BuildFormat, ToolName>>> = {
  'img.zst': 'zstd',
  'img.xz': 'xz',
  vmdk: 'qemu-img',
  vdi: 'qemu-img',
  vhdx: 'qemu-img',
  'virtualbox-box': 'qemu-img',
};

/**
 * Builds the files of a cluster: bases and identities first, then the nodes, a few at a time. Files whose inputs have
 * not changed are kept, so an interrupted build goes on where it stopped.
 *
 * @throws HostError, UsageError when one image cannot be for all nodes, ConfigurationError about an overlay or a base,
 *   or the reason of the signal
 */
export async function buildCluster(request: BuildRequest): Promise<BuiltItem[]> {
  const { cluster, formats } = request;
  const nodes = cluster.nodes.filter((node) => request.selected.includes(node.name));
  const isShared = request.isSeeded && formats.some((format) => format !== 'seed-iso');
  if (isShared) {
    requireOneBase(nodes, formats.some(isBox) ? 'build with --per-node' : 'build without --format seed-iso');
  }
  await requireTools(toolsOf(request));
  await checkNodeBases(nodes, cluster.packages, request.cacheDirectory);
  return await withOutputDirectory(request, async (output) => {
    await requireReplaceable(request, nodes, output);
    const prepared = await prepareCluster(request);
    const { cluster: delivered, identities, assets, rendered } = prepared;
    const built = await underGivenNames(prepared.bases.values(), async () => {
      const bases = await growNodeBases(prepared.bases, rendered, request);
      const build = () => buildItems({ ...prepared, request, bases, output });
      return await underGivenNames(bases.values(), build);
    });
    if (delivered.delivery.isVagrant) await describeForVagrant(request, delivered, identities, assets, built);
    return built;
  });
}

function toolsOf({ formats, isSeeded }: BuildRequest): ToolName[] {
  const special = formats.flatMap((format) => toolsOfFormats[format] ?? []);
  return [...neededTools, ...special, ...(isSeeded ? (['xorriso'] as const) : [])];
}

async function requireReplaceable(
  { cluster, formats, isSeeded }: BuildRequest,
  nodes: readonly ClusterNode[],
  output: OutputDirectory,
): Promise<void> {
  const images = formats.filter((format): format is WrittenFormat => format !== 'seed-iso');
  await output.requireReplaceable(isSeeded ? [{ name: cluster.name }] : nodes, images);
  if (isSeeded) await output.requireReplaceable(nodes, ['seed-iso']);
  if (formats.some(isBox)) await checkVagrantfile(output.path);
}

/** Writes what Vagrant reads beside the boxes that were built. */
export async function describeForVagrant(
  {
    boxes,
    outputDirectory,
    stateDirectory,
  }: Pick<BuildRequest, 'boxes' | 'outputDirectory' | 'stateDirectory'>,
  cluster: Cluster,
  { clusterId, loginKey }: ClusterIdentities,
  assets: Assets,
  built: readonly BuiltItem[],
): Promise<void> {
  const ssh = boxes.hasVagrantUser
    ? { user: 'vagrant', key: null }
    : { user: loginUser(cluster), key: await loginKeyFile(stateDirectory, loginKey) };
  await writeVagrantFiles({
    directory: outputDirectory,
    cluster,
    clusterId,
    assets,
    ssh,
    publishing: boxes,
    items: built.map(({ record }) => record),
  });
}
