import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import type { Overlay } from '../overlay/overlay.ts';
import { ConfigurationError } from '../../report/errors.ts';
import type { ClusterContext } from './cluster-context.ts';
import { hashEntries } from './hash-entries.ts';
import { nodeContext } from './node-context.ts';
import { placedEntry } from './placed-entries.ts';
import type { EachItem, RenderOverlay, RenderVerbatim } from './render-overlay.ts';
import type { RenderedEntry, RenderedNode } from './rendered-node.ts';
import type { RenderSeed } from './render-seed.ts';
import type { ServiceEntries } from './service-entries.ts';
import { userFilesOrigin, type UserFileEntries } from './user-file-entries.ts';

/** Inputs for rendering the nodes of one cluster. */
export interface NodeRenderers {
  readonly cluster: Cluster;
  readonly identities: ClusterIdentities;
  readonly context: ClusterContext;
  readonly storagePeers: readonly EachItem[];
  readonly renderOverlay: RenderOverlay;
  readonly renderVerbatim: RenderVerbatim;
  readonly renderSeed: RenderSeed;
  readonly serviceEntries: ServiceEntries;
  readonly userFileEntries: UserFileEntries;
  /** Modification time of every entry, in seconds since 1970. */
  readonly mtimeSeconds: number;
}

/** Renders one node: its overlays in their order, the seed, and the user's files, each replacing what came before. */
export function renderNodeWith(
  renderers: NodeRenderers,
  node: ClusterNode,
  overlays: readonly Overlay[],
): RenderedNode {
  const { cluster, identities, storagePeers } = renderers;
  const context = nodeContext(cluster, node, renderers.context, identities);
  const scope = {
    nodeName: node.name,
    cluster: renderers.context,
    node: context,
    storagePeers: storagePeers.filter((peer) => peer.name !== node.name),
  };
  const placing = lastOfEachPath([
    ...overlays.flatMap((overlay) => renderers.renderOverlay(overlay, scope)),
    renderers.renderSeed('user-data', node, context),
    renderers.renderSeed('network-config', node, context),
    ...renderers.serviceEntries(node),
    ...renderers.userFileEntries(node),
  ]);
  const content = lastOfEachPath([...placing, placedEntry(placing, renderers.mtimeSeconds)]);
  // The instance-id is the only thing that follows from all the rest.
  const instanceId = `${cluster.name}-${node.name}-${hashEntries(content).slice(0, 12)}`;
  const metaData = renderers.renderSeed('meta-data', node, { ...context, instance_id: instanceId });
  const entries = lastOfEachPath([...content, metaData]);
  refuseFilesAbove(node, entries);
  return { node, overlays, entries, instanceId, sha256: hashEntries(entries) };
}

function lastOfEachPath(entries: readonly RenderedEntry[]): RenderedEntry[] {
  const byPath = new Map(entries.map((rendered) => [keyOf(rendered), rendered]));
  return [...byPath].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, rendered]) => rendered);
}

function keyOf({ entry }: RenderedEntry): string {
  return `${entry.partition}:${entry.path}`;
}

/** No entry may lie below one that is not a directory. The definition's rules see to it for the user's files. */
function refuseFilesAbove(node: ClusterNode, entries: readonly RenderedEntry[]): void {
  const leaves = new Set(entries.filter(({ entry }) => entry.kind !== 'directory').map(keyOf));
  const origins = new Map(entries.map(({ entry, origin }) => [entry.path, origin]));
  for (const { entry } of entries) {
    for (let end = entry.path.lastIndexOf('/'); end > 0; end = entry.path.lastIndexOf('/', end - 1)) {
      const above = entry.path.slice(0, end);
      if (leaves.has(`${entry.partition}:${above}`)) {
        throw belowFile(node, entry.path, above, origins);
      }
    }
  }
}

/** Two of our own are our mistake; with one of the user's it is the definition that is wrong. */
function belowFile(
  { name }: ClusterNode,
  path: string,
  above: string,
  origins: ReadonlyMap<string, string>,
): Error {
  const message = `${path} lies below ${above}, which is not a directory`;
  if (![origins.get(path), origins.get(above)].includes(userFilesOrigin))
    return new Error(`${name}: ${message}`);
  const hint = 'move the one that files: names';
  return new ConfigurationError([{ severity: 'error', id: 'target-below-file', message, hint }]);
}
