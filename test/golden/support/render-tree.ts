import { readFileSync } from 'node:fs';
import type { Cluster } from '../../../builder/cluster/model/cluster.ts';
import { readAssets } from '../../../builder/node/host/read-assets.ts';
import type { Entry } from '../../../builder/image/entry.ts';
import { formatPlan } from '../../../builder/node/describe/format-plan.ts';
import { planCluster } from '../../../builder/node/describe/plan-cluster.ts';
import type { Delivery } from '../../../builder/node/delivery.ts';
import type { Assets } from '../../../builder/node/overlay/assets.ts';
import { createRendering } from '../../../builder/node/render/create-rendering.ts';
import type { RenderedNode } from '../../../builder/node/render/rendered-node.ts';
import { exampleIdentities } from './example-identities.ts';
import type { Tree } from './expected-tree.ts';

/** An example, rendered once for all that is asked of it. */
export interface RenderedExample {
  /** The plan as people read it, with all files. */
  readonly plan: string;
  readonly nodes: readonly RenderedNode[];
  readonly assets: Assets;
}

/** Plans and renders an example cluster with the shipped overlays. Throws when dlimage finds anything wrong with it. */
export async function renderExample(cluster: Cluster, delivery: Delivery): Promise<RenderedExample> {
  const assets = await readAssets(cluster);
  const identities = exampleIdentities(cluster);
  const plan = planCluster(cluster, identities, assets, { delivery });
  if (plan.value === undefined) throw new Error(JSON.stringify(plan.diagnostics));
  const rendering = createRendering(cluster, identities, assets, { delivery });
  if (rendering.value === undefined) throw new Error(JSON.stringify(rendering.diagnostics));
  const nodes = cluster.nodes.map(rendering.value.renderNode);
  return { plan: formatPlan(plan.value, { hasFiles: true }), nodes, assets };
}

/**
 * All that a cluster's images hold: `plan.txt` with modes, owners and links of everything, and the files with their
 * content, what nodes share in `shared/`. Files that are copied byte for byte are left out: they stand in `overlays/`.
 */
export function treeOf({ plan, nodes, assets }: RenderedExample): Tree {
  const tree = new Map([['plan.txt', plan]]);
  const shipped = new Set(
    [...assets.files].map(([path, bytes]) => `${path.replace(/^.*?\/rootfs/, '')}\n${textOf(bytes)}`),
  );
  for (const { node, entries } of nodes) {
    for (const { entry, shared } of entries) {
      const text = contentOf(entry);
      if (text === undefined || shipped.has(`${entry.path}\n${text}`)) continue;
      tree.set(`${shared ? 'shared' : node.name}/${entry.partition}${entry.path}`, text);
    }
  }
  return tree;
}

/** Content of a file entry, wherever it is from. */
export function contentOf(entry: Entry): string | undefined {
  if (entry.kind !== 'file') return undefined;
  return textOf(entry.content.from === 'bytes' ? entry.content.bytes : readFileSync(entry.content.hostPath));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
