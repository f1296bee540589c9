import { readFileSync } from 'node:fs';
import type { Cluster } from '../../../builder/definition/cluster.ts';
import { readAssets } from '../../../builder/host/read-assets.ts';
import type { Entry } from '../../../builder/plan/entry.ts';
import { formatPlan } from '../../../builder/plan/format-plan.ts';
import { planCluster } from '../../../builder/plan/plan-cluster.ts';
import type { Assets } from '../../../builder/plan/assets.ts';
import { createRendering, type Rendering } from '../../../builder/render/create-rendering.ts';
import { exampleIdentities } from './example-identities.ts';
import type { Tree } from './expected-tree.ts';

/** Prepares an example cluster with the shipped overlays. */
export function prepare(cluster: Cluster, assets: Assets): Rendering {
  const { value, diagnostics } = createRendering(cluster, exampleIdentities(cluster), assets);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

/**
 * All that a cluster's images hold: `plan.txt` with modes, owners and links of everything, and the files with their
 * content, what nodes share in `shared/`. Files that are copied byte for byte are left out: they stand in `overlays/`.
 */
export async function renderTree(cluster: Cluster): Promise<Tree> {
  const assets = await readAssets(cluster);
  const plan = planCluster(cluster, exampleIdentities(cluster), assets);
  if (plan.value === undefined) throw new Error(JSON.stringify(plan.diagnostics));
  const tree = new Map([['plan.txt', formatPlan(plan.value, { hasFiles: true })]]);
  const rendering = prepare(cluster, assets);
  const shipped = new Set(
    [...assets.files].map(([path, bytes]) => `${path.replace(/^.*?\/rootfs/, '')}\n${textOf(bytes)}`),
  );
  for (const node of cluster.nodes) {
    for (const { entry, shared } of rendering.renderNode(node).entries) {
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
