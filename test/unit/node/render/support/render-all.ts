import { expect } from 'vitest';
import type { Cluster } from '../../../../../builder/cluster/model/cluster.ts';
import type { Assets } from '../../../../../builder/node/overlay/assets.ts';
import {
  createRendering,
  type RenderOptions,
  type Rendering,
} from '../../../../../builder/node/render/create-rendering.ts';
import type { RenderedNode } from '../../../../../builder/node/render/rendered-node.ts';
import { exampleIdentities } from '../../../../golden/support/example-identities.ts';
import { shippedAssets } from './shipped-assets.ts';

/** Prepares the rendering of a cluster in which nothing is wrong. */
export function prepare(
  cluster: Cluster,
  assets: Assets = shippedAssets(),
  options: RenderOptions = {},
): Rendering {
  const { value, diagnostics } = createRendering(cluster, exampleIdentities(cluster), assets, options);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no rendering');
  return value;
}

/** Every node of a cluster. */
export function renderAll(cluster: Cluster, assets?: Assets, options?: RenderOptions): RenderedNode[] {
  const rendering = prepare(cluster, assets, options);
  return cluster.nodes.map((node) => rendering.renderNode(node));
}

/** Text of a rendered file; undefined when there is none. */
export function textOf(rendered: RenderedNode | undefined, path: string): string | undefined {
  const entry = rendered?.entries.find((one) => one.entry.path === path)?.entry;
  return entry?.kind === 'file' && entry.content.from === 'bytes'
    ? new TextDecoder().decode(entry.content.bytes)
    : undefined;
}

/** Paths of a node's entries. */
export const pathsOf = (rendered: RenderedNode | undefined): string[] =>
  (rendered?.entries ?? []).map(({ entry }) => entry.path);

/** A node with contents as text: comparing their bytes one by one takes seconds. */
export function written({ entries, ...node }: RenderedNode): unknown {
  const items = entries.map(({ entry, ...item }) => {
    if (entry.kind !== 'file' || entry.content.from !== 'bytes') return { ...item, entry };
    return { ...item, entry: { ...entry, content: Buffer.from(entry.content.bytes).toString('latin1') } };
  });
  return { ...node, items };
}
