import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import type { Assets } from '../overlay/assets.ts';
import type { Overlay } from '../overlay/overlay.ts';
import { overlaySchemaOf } from '../overlay/overlay-schema.ts';
import { overlaysOf } from '../overlay/overlays-of.ts';
import { ownImages, type Delivery } from '../delivery.ts';
import type { Dependency } from '../../system/debian-packages/dependency.ts';
import { parseOverlay } from '../overlay/parse-overlay.ts';
import { hasErrors, type Diagnostic, type Outcome } from '../../report/diagnostic.ts';
import { clusterContext, identityOf } from './cluster-context.ts';
import { defaultMtimeSeconds } from './make-entry.ts';
import { renderNodeWith, type NodeRenderers } from './render-node.ts';
import type { RenderedEntry, RenderedNode } from './rendered-node.ts';
import { createOverlayRenderer, type EachItem } from './render-overlay.ts';
import { createSeedRenderer } from './render-seed.ts';
import { createSeedCheck } from './seed-schemas.ts';
import { createServiceEntries } from './service-entries.ts';
import { createTemplateSet } from './template-set.ts';
import { createUserFileEntries } from './user-file-entries.ts';

/** Settings of rendering that no definition has. */
export interface RenderOptions {
  /** Modification time of every entry, in seconds since 1970; `defaultMtimeSeconds` when absent. */
  readonly mtimeSeconds?: number;
  /** `ownImages` when absent. */
  readonly delivery?: Delivery;
}

/** Renders the nodes of one cluster. */
export interface Rendering {
  /** Everything that the node's image holds beyond its base. @throws Error when a template of ours is wrong. */
  renderNode(node: ClusterNode): RenderedNode;
  /** The services among it, which depend on no identity: units are never templates. Of two with one path the last counts. */
  unitsOf(node: ClusterNode): RenderedEntry[];
  /** The packages that the overlays of these nodes need, and those of the user's. */
  neededPackages(nodes: readonly ClusterNode[]): Dependency[];
}

/**
 * Prepares a cluster's rendering: reads its overlays, and makes once what its nodes share.
 *
 * Diagnostics: those of `parseOverlay`, about overlays that the cluster uses.
 */
export function createRendering(
  cluster: Cluster,
  identities: ClusterIdentities,
  assets: Assets,
  options: RenderOptions = {},
): Outcome<Rendering> {
  const { delivery = ownImages } = options;
  const { overlays, diagnostics } = readOverlays(cluster, assets, delivery);
  if (hasErrors(diagnostics)) return { diagnostics };
  const mtimeSeconds = options.mtimeSeconds ?? defaultMtimeSeconds;
  const render = createTemplateSet(assets);
  const shared = clusterContext(cluster, identities);
  const renderers: NodeRenderers = {
    cluster,
    identities,
    context: shared,
    storagePeers: storagePeersOf(cluster, identities),
    ...createOverlayRenderer(assets, render, mtimeSeconds),
    renderSeed: createSeedRenderer(render, createSeedCheck(assets), mtimeSeconds),
    serviceEntries: createServiceEntries(cluster, identities, assets, mtimeSeconds),
    userFileEntries: createUserFileEntries(cluster.files, cluster.users, assets, mtimeSeconds),
    mtimeSeconds,
  };
  const overlaysByNode = (node: ClusterNode): Overlay[] =>
    overlaysOf(cluster, node, delivery).flatMap((name) => overlays.get(name) ?? []);
  return {
    value: {
      renderNode: (node) => renderNodeWith(renderers, node, overlaysByNode(node)),
      unitsOf: (node) => [
        ...overlaysByNode(node).flatMap((overlay) => renderers.renderVerbatim(overlay, isUnit)),
        ...renderers.userFileEntries(node).filter(({ entry }) => isUnit(entry.path)),
      ],
      neededPackages: (nodes) => {
        const used = new Set(nodes.flatMap(overlaysByNode));
        return [...[...used].flatMap(({ packages }) => packages), ...cluster.packages.map((name) => [name])];
      },
    },
    diagnostics,
  };
}

function isUnit(path: string): boolean {
  return /^\/etc\/systemd\/system\/[^/]+\.service$/.test(path);
}

function storagePeersOf(cluster: Cluster, identities: ClusterIdentities): EachItem[] {
  if (cluster.storage.type !== 'glusterfs') return [];
  const members = cluster.nodes.filter(({ storesData }) => storesData);
  return members.map((node) => ({
    name: node.name,
    gluster_uuid: identityOf(identities, node).glusterUuid,
  }));
}

function readOverlays(
  cluster: Cluster,
  assets: Assets,
  delivery: Delivery,
): { overlays: ReadonlyMap<string, Overlay>; diagnostics: readonly Diagnostic[] } {
  const schema = overlaySchemaOf(assets);
  const overlays = new Map<string, Overlay>();
  const diagnostics: Diagnostic[] = [];
  for (const name of new Set(cluster.nodes.flatMap((node) => overlaysOf(cluster, node, delivery)))) {
    const outcome = parseOverlay(name, assets, schema);
    diagnostics.push(...outcome.diagnostics);
    if (outcome.value !== undefined) overlays.set(name, outcome.value);
  }
  return { overlays, diagnostics };
}
