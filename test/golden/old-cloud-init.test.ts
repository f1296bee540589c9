import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readAssets } from '../../builder/host/read-assets.ts';
import { exampleNames, loadExample } from './support/load-example.ts';
import { contentOf, prepare } from './support/render-tree.ts';

// Only since 21.4 does cloud-init's `write_files` know `defer`, without which a file cannot belong to a user of the same
// seed; HypriotOS has 18.3. Files are in the images in its place, so no base has too old a cloud-init for us.
describe.each(exampleNames)('%s', (name) => {
  it('has cloud-init write no files', async () => {
    const cluster = await loadExample(name);
    const rendering = prepare(cluster, await readAssets(cluster));
    for (const node of cluster.nodes) {
      const documents = rendering
        .renderNode(node)
        .entries.filter(({ entry }) => /\/(?:user|vendor)-data$|\/cloud\.cfg\.d\/./.test(entry.path))
        .map(({ entry }) => contentOf(entry) ?? '');
      // The seed, and what every node has in cloud.cfg.d.
      expect(documents.length).toBeGreaterThanOrEqual(2);
      for (const text of documents) expect(Object.keys(parse(text) as object)).not.toContain('write_files');
    }
  });
});
