import type { Cluster, ClusterNode } from '../../definition/cluster.ts';
import { isBox } from '../../formats/image-format.ts';
import type { ClusterIdentities } from '../../identity/identities.ts';
import type { Assets } from '../../plan/assets.ts';
import { createRendering, type Rendering } from '../../render/create-rendering.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { vagrantCluster } from '../../vagrant/vagrant-cluster.ts';
import { ensureIdentities, otherNodes } from '../identity/identity-store.ts';
import { writeSshAccess } from '../identity/ssh-access-files.ts';
import { packageVersion } from '../package-version.ts';
import { readAssets } from '../read-assets.ts';
import type { BuildRequest } from './build-cluster.ts';
import { checkBases } from './check-bases.ts';
import { ensureNodeBases, type NodeBase } from './node-base.ts';
import type { ManifestHeader } from './output-directory.ts';

/** A cluster with everything that its images are made from. */
export interface PreparedCluster {
  /** In the form in which its nodes come into being. */
  readonly cluster: Cluster;
  /** Those to be built. */
  readonly nodes: readonly ClusterNode[];
  readonly identities: ClusterIdentities;
  readonly assets: Assets;
  readonly rendering: Rendering;
  /** Of the nodes to be built: they have all packages, or bring them. */
  readonly bases: ReadonlyMap<ClusterNode, NodeBase>;
  readonly header: ManifestHeader;
}

/**
 * Gets the identities and the bases of a cluster, and makes sure that they fit.
 *
 * @throws HostError, ConfigurationError about an overlay, or the reason of the signal
 */
export async function prepareCluster(request: BuildRequest): Promise<PreparedCluster> {
  const identities = await ensureClusterIdentities(request);
  const cluster = deliver(request, identities);
  const assets = await readAssets(cluster);
  const { value: rendering, diagnostics } = createRendering(cluster, identities, assets);
  if (rendering === undefined) throw new ConfigurationError(diagnostics);
  const nodes = cluster.nodes.filter((node) => request.selected.includes(node.name));
  const bases = await ensureNodeBases(nodes, { cluster, rendering, assets }, request);
  await checkBases(cluster, bases, rendering, request.progress);
  const { name, network, vip } = cluster;
  const told = { name, id: identities.clusterId, subnet: network.subnet, vip };
  return {
    cluster,
    nodes,
    identities,
    assets,
    rendering,
    bases,
    header: { dlimage: packageVersion, cluster: told },
  };
}

async function ensureClusterIdentities(request: BuildRequest): Promise<ClusterIdentities> {
  const { cluster, progress, stateDirectory } = request;
  const identities = await ensureIdentities(stateDirectory, cluster, progress);
  await writeSshAccess(stateDirectory, cluster, identities);
  const names = cluster.nodes.map(({ name }) => name);
  const others = await otherNodes(stateDirectory, names);
  if (others.length > 0) {
    progress.note(
      `warning: ${stateDirectory} also knows ${others.join(', ')}: are count, names and flags those of the last build?`,
    );
  }
  return identities;
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
