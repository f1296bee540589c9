import { join, resolve } from 'node:path';
import { readIdentities } from '../../cluster/identity/host/identity-store.ts';
import { readAssets } from '../../node/host/read-assets.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { writeRenderedNode } from '../../node/host/write-rendered-node.ts';
import { placeholderIdentities } from '../../cluster/identity/placeholder-identities.ts';
import { createRendering } from '../../node/render/create-rendering.ts';
import { placeholderPaths } from '../../node/render/placeholder-paths.ts';
import { countFindings } from '../../report/count-findings.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { printLine, printResult } from '../terminal/console.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';

/**
 * `dlimage render`: every selected node as `<out>/<node>/boot` and `<out>/<node>/root`, with its keys. The store is
 * only read: placeholders stand for what the next build makes, and are named.
 */
export async function runRender(
  file: string | undefined,
  options: DefinitionOptions & { readonly out?: string },
): Promise<void> {
  const loaded = await loadAndReport(file, options);
  const { cluster, projectDirectory, stateDirectory, selected } = loaded;
  const existing = await readIdentities(stateDirectory, cluster.nodes);
  const { identities, alternative } = placeholderIdentities(cluster.nodes, existing);
  const assets = await readAssets(cluster);
  const { value: rendering, diagnostics } = createRendering(cluster, identities, assets);
  const other = createRendering(cluster, alternative, assets).value;
  if (rendering === undefined || other === undefined) throw new ConfigurationError(diagnostics);
  const out = resolve(options.out ?? join(projectDirectory, 'out', cluster.name, 'rendered'));
  const written: { node: string; directory: string; placeholders: string[] }[] = [];
  for (const node of cluster.nodes.filter(({ name }) => selected.includes(name))) {
    const directory = join(out, node.name);
    const rendered = rendering.renderNode(node);
    await writeRenderedNode(rendered, directory);
    const placeholders = placeholderPaths(rendered, other.renderNode(node));
    written.push({ node: node.name, directory, placeholders });
    if (options.json !== true && options.quiet !== true) printLine(shownPath(directory));
  }
  const paths = new Set(written.flatMap(({ placeholders }) => placeholders));
  if (paths.size > 0 && options.json !== true && options.quiet !== true) {
    process.stderr.write(describePlaceholders([...paths]));
  }
  if (options.json === true)
    printResult({ nodes: written, ...countFindings(loaded.diagnostics, loaded.sources) });
}

function describePlaceholders(paths: readonly string[]): string {
  const what = 'placeholders stand for keys, certificates and ids that the next build makes, in';
  return `note: ${what} [placeholders]\n${paths.map((path) => `    ${path}\n`).join('')}`;
}
