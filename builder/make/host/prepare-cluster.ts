import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import { isBox } from '../../image/image-format.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import { placeholderIdentities } from '../../cluster/identity/placeholder-identities.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import { createRendering, type Rendering } from '../../node/render/create-rendering.ts';
import type { RenderedNode } from '../../node/render/rendered-node.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { vagrantCluster } from '../vagrant/vagrant-cluster.ts';
import { ensureIdentities, readIdentities } from '../../cluster/identity/host/identity-store.ts';
import { writeSshAccess } from '../../cluster/identity/host/ssh-access-files.ts';
import { packageVersion } from '../../system/host/package-version.ts';
import { readAssets } from '../../node/host/read-assets.ts';
import type { BuildRequest } from './make-request.ts';
import { checkBases } from '../../base/host/obtain/check-bases.ts';
import { ensureNodeBases, type NodeBase } from '../../base/host/obtain/obtain-bases.ts';
import type { ManifestHeader } from './output/output-records.ts';

/** A cluster with everything that its images are made from. */
export interface PreparedCluster {
  /** In the form in which its nodes come into being. */
  readonly cluster: Cluster;
  /** Those to be built. */
  readonly nodes: readonly ClusterNode[];
  readonly identities: ClusterIdentities;
  readonly assets: Assets;
  /** Every node of the cluster, each rendered once. */
  readonly rendered: ReadonlyMap<ClusterNode, RenderedNode>;
  /** Of the nodes to be built: they have all packages, or bring them. */
  readonly bases: ReadonlyMap<ClusterNode, NodeBase>;
  readonly header: ManifestHeader;
}

/**
 * Gets the bases of a cluster, makes sure that they fit, and then makes the identities: a build that ends before there
 * is a base leaves no keys behind, and no roster that speaks of nodes nobody has.
 *
 * @throws HostError, ConfigurationError about an overlay, or the reason of the signal
 */
export async function prepareCluster(request: BuildRequest): Promise<PreparedCluster> {
  const assets = await readAssets(request.cluster);
  const { allNodes, bases } = await prepareBases(request, assets);
  const identities = await ensureIdentities(
    request.stateDirectory,
    request.cluster,
    request.progress,
    request.record,
    request.revocations,
  );
  // The nodes of the first rendering: the bases are found by them.
  const cluster = { ...deliver(request, identities), nodes: allNodes };
  await writeSshAccess(request.stateDirectory, {
    cluster,
    identities,
    identityFiles: request.identityFiles,
  });
  const rendering = requireRendering(cluster, identities, assets);
  const { name, network, vip } = cluster;
  const told = { name, id: identities.clusterId, subnet: network.subnet, vip };
  return {
    cluster,
    nodes: [...bases.keys()],
    identities,
    assets,
    rendered: new Map(cluster.nodes.map((node) => [node, rendering.renderNode(node)])),
    bases,
    header: { dlimage: packageVersion, cluster: told },
  };
}

/** Which base a node needs follows from what is written to it, not from its keys. */
async function prepareBases(
  request: BuildRequest,
  assets: Assets,
): Promise<{
  readonly allNodes: readonly ClusterNode[];
  readonly bases: ReadonlyMap<ClusterNode, NodeBase>;
}> {
  const existing = await readIdentities(request.stateDirectory, request.cluster.nodes);
  const { identities } = placeholderIdentities(request.cluster.nodes, existing);
  const cluster = deliver(request, identities);
  const nodes = cluster.nodes.filter((node) => request.selected.includes(node.name));
  const { fittingBase } = request;
  const rendering = requireRendering(cluster, identities, assets);
  const bases = await ensureNodeBases(nodes, { cluster, rendering, assets, fittingBase }, request);
  await checkBases(cluster, bases, rendering, request.progress);
  return { allNodes: cluster.nodes, bases };
}

function requireRendering(cluster: Cluster, identities: ClusterIdentities, assets: Assets): Rendering {
  const { value: rendering, diagnostics } = createRendering(cluster, identities, assets);
  if (rendering === undefined) throw new ConfigurationError(diagnostics);
  return rendering;
}

/** The cluster in the form in which its nodes come into being. */
function deliver(
  { cluster, formats, isSeeded, boxes }: BuildRequest,
  identities: ClusterIdentities,
): Cluster {
  if (!formats.some(isBox)) return { ...cluster, delivery: { isSeeded, isVagrant: false } };
  const loginKey = identities.loginKey.publicKey;
  return vagrantCluster(cluster, { isSeeded, hasVagrantUser: boxes.hasVagrantUser, loginKey });
}
