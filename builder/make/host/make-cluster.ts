import { growBases } from '../../base/host/obtain/grow-bases.ts';
import { checkBases } from '../../base/host/obtain/check-bases.ts';
import { underGivenNames } from '../../base/host/obtain/given-names.ts';
import { obtainBases, requireObtainable } from '../../base/host/obtain/obtain-bases.ts';
import type { Base } from '../../base/host/obtain/base.ts';
import type { PlannedBase } from '../../base/planned-base.ts';
import { ensureIdentities, readIdentities } from '../../cluster/identity/host/identity-store.ts';
import { writeSshAccess } from '../../cluster/identity/host/ssh-access-files.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import { placeholderIdentities } from '../../cluster/identity/placeholder-identities.ts';
import type { Cluster } from '../../cluster/model/cluster.ts';
import { readAssets } from '../../node/host/read-assets.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import { createRendering, type Rendering } from '../../node/render/create-rendering.ts';
import type { RenderedNode } from '../../node/render/rendered-node.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { requireTools } from '../../system/host/doctor/require-tools.ts';
import { packageVersion } from '../../system/host/package-version.ts';
import type { ToolName } from '../../system/host/tools.ts';
import { deliver } from '../deliver.ts';
import { planBuild, type BuildPlan } from '../plan-build.ts';
import { describeForVagrant } from './describe-for-vagrant.ts';
import { checkVagrantfile } from '../vagrant/host/write-vagrant-files.ts';
import type { BuiltItem } from './build-artifacts.ts';
import type { ImageMaking } from './image-maker.ts';
import type { MakeRequest } from './make-request.ts';
import type { OutputDirectory } from './output/output-directory.ts';
import type { ManifestHeader } from './output/output-records.ts';
import { withOutputDirectory } from './with-output-directory.ts';
import { writeItems } from './write-items.ts';

/** Programs that every build needs; `requireObtainable` asks for those of the bases. */
const neededTools: readonly ToolName[] = [
  'debugfs',
  'e2fsck',
  'mcopy',
  'cp',
  'flock',
  'openssl',
  'ssh-keygen',
];

/**
 * Makes the files of a cluster. Those whose inputs have not changed are kept, so an interrupted build goes on where it
 * stopped. Identities come after the bases: a build that ends before there is a base leaves no keys behind, and no
 * roster that speaks of nodes nobody has.
 *
 * @throws HostError, UsageError when one image cannot be for all nodes, ConfigurationError about an overlay or a base,
 *   or the reason of the signal
 */
export async function makeCluster(request: MakeRequest, making: ImageMaking): Promise<BuiltItem[]> {
  const plan = planBuild(request, request.sharingRemedy);
  await requireTools([...neededTools, ...(request.delivery.isSeeded ? (['xorriso'] as const) : [])]);
  await making.requireReady();
  await requireObtainable(plan.bases, request);
  return await withOutputDirectory(request, async (output) => {
    await requireReplaceable(plan, request, output);
    const assets = await readAssets(request.cluster);
    const obtained = await obtainFittingBases(plan, assets, request);
    const identities = await settleIdentities(request);
    const cluster = delivered(request, identities);
    const rendered = renderNodes(cluster, identities, assets, request);
    const built = await underGivenNames(obtained.values(), async () => {
      const bases = await growBases(obtained, (base) => nodesOn(base, plan, rendered), request);
      const header = headerOf(cluster, identities);
      const job = { request, plan, bases, rendered, assets, header, output, making };
      return await underGivenNames(bases.values(), () => writeItems(job));
    });
    if (request.delivery.isVagrant) await describeForVagrant(request, cluster, identities, assets, built);
    return built;
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

/** The bases depend on the files that nodes get, not on their keys. */
async function obtainFittingBases(
  plan: BuildPlan,
  assets: Assets,
  request: MakeRequest,
): Promise<Map<PlannedBase, Base>> {
  const { fittingBase, selected, progress } = request;
  const existing = await readIdentities(request.stateDirectory, request.cluster.nodes);
  const { identities } = placeholderIdentities(request.cluster.nodes, existing);
  const cluster = delivered(request, identities);
  const rendering = requireRendering(cluster, identities, assets, request);
  const bases = await obtainBases(plan.bases, { cluster, rendering, assets, fittingBase }, request);
  await checkBases(cluster, bases, selected, rendering, progress);
  return bases;
}

async function settleIdentities(request: MakeRequest): Promise<ClusterIdentities> {
  const { stateDirectory, cluster, identityFiles, progress, record, revocations } = request;
  const identities = await ensureIdentities(stateDirectory, cluster, progress, record, revocations);
  await writeSshAccess(stateDirectory, {
    cluster: delivered(request, identities),
    identities,
    identityFiles,
  });
  return identities;
}

/** Every node of the cluster, each rendered once, by name. */
function renderNodes(
  cluster: Cluster,
  identities: ClusterIdentities,
  assets: Assets,
  request: MakeRequest,
): Map<string, RenderedNode> {
  const rendering = requireRendering(cluster, identities, assets, request);
  return new Map(cluster.nodes.map((node) => [node.name, rendering.renderNode(node)]));
}

function requireRendering(
  cluster: Cluster,
  identities: ClusterIdentities,
  assets: Assets,
  { delivery }: MakeRequest,
): Rendering {
  const { value: rendering, diagnostics } = createRendering(cluster, identities, assets, { delivery });
  if (rendering === undefined) throw new ConfigurationError(diagnostics);
  return rendering;
}

function nodesOn(
  base: PlannedBase,
  { items }: BuildPlan,
  rendered: ReadonlyMap<string, RenderedNode>,
): RenderedNode[] {
  return items.filter((item) => item.base === base).flatMap(({ node }) => rendered.get(node.name) ?? []);
}

function delivered({ cluster, delivery, boxes }: MakeRequest, identities: ClusterIdentities): Cluster {
  return deliver(cluster, delivery, identities, boxes.hasVagrantUser);
}

function headerOf({ name, network, vip }: Cluster, { clusterId }: ClusterIdentities): ManifestHeader {
  return { dlimage: packageVersion, cluster: { name, id: clusterId, subnet: network.subnet, vip } };
}
