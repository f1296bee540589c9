import { coverLogins } from '../../report/cover-logins.ts';
import { platformOf } from '../../cluster/model/base-traits.ts';
import type { Cluster, ClusterNode, UserImage } from '../../cluster/model/cluster.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import { createRendering, type RenderOptions, type Rendering } from '../render/create-rendering.ts';
import type { RenderedNode } from '../render/rendered-node.ts';
import type { Outcome } from '../../report/diagnostic.ts';
import type { Assets } from '../overlay/assets.ts';
import { describeCluster, describeWifi } from './describe-cluster.ts';
import { networkOf } from '../../cluster/model/network-of.ts';
import type { Plan, PlannedNode, PlannedOverlay } from './plan.ts';
import { createEntryPlanner, type PlanEntry } from './plan-entry.ts';

/** Settings of a plan. */
export interface PlanOptions extends RenderOptions {
  /** With placeholder identities: the other ones of `placeholderIdentities`. What depends on them has no size yet. */
  readonly alternative?: ClusterIdentities;
}

/**
 * What a build of the cluster would write, node by node. Renders every node and keeps no content.
 *
 * Diagnostics: those of `createRendering`.
 */
export function planCluster(
  cluster: Cluster,
  identities: ClusterIdentities,
  assets: Assets,
  options: PlanOptions = {},
): Outcome<Plan> {
  const { value: rendering, diagnostics } = createRendering(cluster, identities, assets, options);
  if (rendering === undefined) return { diagnostics };
  const other =
    options.alternative === undefined
      ? rendering
      : createRendering(cluster, options.alternative, assets, options).value;
  const planNode = createNodePlanner(cluster, rendering, other ?? rendering);
  const overlays = new Map<string, PlannedOverlay>();
  const nodes = cluster.nodes.map((node) => {
    const { planned, rendered } = planNode(node);
    for (const { name, description, sha256 } of rendered.overlays)
      overlays.set(name, { name, description, sha256 });
    return planned;
  });
  const isKnown = options.alternative === undefined || options.alternative.clusterId === identities.clusterId;
  return {
    value: {
      cluster: describeCluster(cluster, isKnown ? identities.clusterId : null),
      overlays: [...overlays.values()],
      nodes,
    },
    diagnostics,
  };
}

type PlanNode = (node: ClusterNode) => { readonly planned: PlannedNode; readonly rendered: RenderedNode };

function createNodePlanner(cluster: Cluster, rendering: Rendering, other: Rendering): PlanNode {
  const planEntry = createEntryPlanner();
  return (node) => {
    const rendered = rendering.renderNode(node);
    const alternative = other === rendering ? rendered : other.renderNode(node);
    return { planned: describeNode(cluster, rendered, alternative, planEntry), rendered };
  };
}

function describeNode(
  cluster: Cluster,
  { node, overlays, entries, instanceId, sha256 }: RenderedNode,
  alternative: RenderedNode,
  planEntry: PlanEntry,
): PlannedNode {
  const isKnown = sha256 === alternative.sha256;
  const others = isKnown ? undefined : new Map(alternative.entries.map((other) => [other.entry.path, other]));
  return {
    name: node.name,
    index: node.index,
    role: node.role,
    address: node.address,
    interface: networkOf(cluster, node).interface,
    profile: node.profileName,
    base: describeBase(node),
    wifi: node.wifi === cluster.network.wifi ? null : describeWifi(node.wifi),
    storesData: node.storesData,
    disk: node.disk,
    labels: node.labels,
    overlays: overlays.map(({ name }) => name),
    instanceId: isKnown ? instanceId : null,
    sha256: isKnown ? sha256 : null,
    // An identity may also be in the path: a peer's UUID. Then the alternative has no such path.
    entries: entries.map((one) =>
      planEntry(one, others === undefined || others.get(one.entry.path)?.sha256 === one.sha256),
    ),
  };
}

function describeBase({ base, profile }: ClusterNode): PlannedNode['base'] {
  if (base.from !== 'definition') return placeOf(base);
  const named = { from: 'definition', name: base.name, platform: platformOf(profile) } as const;
  if (base.image === null) return named;
  const place = placeOf(base.image);
  return { ...named, image: place.from === 'url' ? place.url : place.path };
}

function placeOf(
  image: UserImage,
): { readonly from: 'file'; readonly path: string } | { readonly from: 'url'; readonly url: string } {
  return image.from === 'url'
    ? { from: 'url', url: coverLogins(image.url) }
    : { from: 'file', path: image.path };
}
