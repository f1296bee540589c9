import type { Base } from '../../base/host/obtain/base.ts';
import { checkBases } from '../../base/host/obtain/check-bases.ts';
import { underGivenNames } from '../../base/host/obtain/given-names.ts';
import { growBases } from '../../base/host/obtain/grow-bases.ts';
import { obtainBases } from '../../base/host/obtain/obtain-bases.ts';
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
import type { ToolName } from '../../system/host/tools.ts';
import { deliver } from '../deliver.ts';
import type { BuildPlan } from '../plan-build.ts';
import type { ClusterRequest } from './make-request.ts';

const neededTools: readonly ToolName[] = [
  'debugfs',
  'e2fsck',
  'mcopy',
  'cp',
  'flock',
  'openssl',
  'ssh-keygen',
];

/** Makes sure that the programs are here which every cluster needs; `requireObtainable` asks for those of the bases. */
export async function requirePrograms({ delivery }: ClusterRequest): Promise<void> {
  await requireTools([...neededTools, ...(delivery.isSeeded ? (['xorriso'] as const) : [])]);
}

/** A plan with all that its images are made from. */
export interface ReadyCluster {
  /** In the form in which its nodes come into being. */
  readonly cluster: Cluster;
  readonly plan: BuildPlan;
  /** They have all packages, and room for the nodes' files. */
  readonly bases: ReadonlyMap<PlannedBase, Base>;
  readonly identities: ClusterIdentities;
  /** Every node of the cluster, by name, in the order of the definition. */
  readonly rendered: ReadonlyMap<string, RenderedNode>;
  readonly assets: Assets;
}

/**
 * Gets everything that a plan's images are made from. Identities come after the bases: a build that ends before there is
 * a base leaves no keys behind, and no roster that speaks of nodes nobody has.
 */
export async function withReadyCluster<T>(
  request: ClusterRequest,
  plan: BuildPlan,
  use: (ready: ReadyCluster) => Promise<T>,
): Promise<T> {
  const assets = await readAssets(request.cluster);
  const obtained = await obtainFittingBases(plan, assets, request);
  const identities = await settleIdentities(request);
  const cluster = delivered(request, identities);
  const rendered = renderNodes(cluster, identities, assets, request);
  return await underGivenNames(obtained.values(), async () => {
    const bases = await growBases(obtained, (base) => nodesOn(base, plan, rendered), request);
    const ready = { cluster, plan, bases, identities, rendered, assets };
    return await underGivenNames(bases.values(), () => use(ready));
  });
}

/** The bases depend on the files that nodes get, not on their keys. */
async function obtainFittingBases(
  plan: BuildPlan,
  assets: Assets,
  request: ClusterRequest,
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

async function settleIdentities(request: ClusterRequest): Promise<ClusterIdentities> {
  const { stateDirectory, cluster, identityFiles, progress, record, revocations, signal } = request;
  const identities = await ensureIdentities(stateDirectory, cluster, progress, {
    record,
    revocations,
    signal,
  });
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
  request: ClusterRequest,
): Map<string, RenderedNode> {
  const rendering = requireRendering(cluster, identities, assets, request);
  return new Map(cluster.nodes.map((node) => [node.name, rendering.renderNode(node)]));
}

function requireRendering(
  cluster: Cluster,
  identities: ClusterIdentities,
  assets: Assets,
  { delivery }: ClusterRequest,
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

function delivered(
  { cluster, delivery, hasVagrantUser }: ClusterRequest,
  identities: ClusterIdentities,
): Cluster {
  return deliver(cluster, delivery, identities, hasVagrantUser);
}
