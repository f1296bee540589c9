import { join, resolve } from 'node:path';
import { ensureIdentities } from '../../host/identity/identity-store.ts';
import { readAssets } from '../../host/read-assets.ts';
import { stateDirectory } from '../../host/state-directory.ts';
import { writeRenderedNode } from '../../host/write-rendered-node.ts';
import { createRendering } from '../../render/create-rendering.ts';
import { countFindings } from '../../report/count-findings.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { printLine, printResult, progressFor } from '../console.ts';
import { loadAndReport, shownPath, type DefinitionOptions } from '../definition-options.ts';

/** `dlimage render`: every selected node as `<out>/<node>/boot` and `<out>/<node>/root`, with its keys. */
export async function runRender(
  file: string | undefined,
  options: DefinitionOptions & { readonly out?: string },
): Promise<void> {
  const loaded = await loadAndReport(file, options);
  const { cluster, projectDirectory, selected } = loaded;
  const state = stateDirectory(cluster.name, projectDirectory, options.state);
  const identities = await ensureIdentities(state, cluster, progressFor(options));
  const { value: rendering, diagnostics } = createRendering(cluster, identities, await readAssets(cluster));
  if (rendering === undefined) throw new ConfigurationError(diagnostics);
  const out = resolve(options.out ?? join(projectDirectory, 'out', cluster.name, 'rendered'));
  const written: { node: string; directory: string }[] = [];
  for (const node of cluster.nodes.filter(({ name }) => selected.includes(name))) {
    const directory = join(out, node.name);
    await writeRenderedNode(rendering.renderNode(node), directory);
    written.push({ node: node.name, directory });
    if (options.json !== true && options.quiet !== true) printLine(shownPath(directory));
  }
  if (options.json === true)
    printResult({ nodes: written, ...countFindings(loaded.diagnostics, loaded.sources) });
}
