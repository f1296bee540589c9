import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isUpdating, readExpected, writeExpected } from './support/expected-tree.ts';
import { deliveryOf, exampleNames, loadExample } from './support/load-example.ts';
import { contentOf, renderExample, treeOf, type RenderedExample } from './support/render-tree.ts';

// After an intended change: UPDATE=1 npx vitest run test/golden, then read the difference.
describe.each(exampleNames)('%s', (name) => {
  let example: RenderedExample;
  beforeAll(async () => {
    example = await renderExample(await loadExample(name), deliveryOf(name));
  });

  it('is rendered as expected', () => {
    const rendered = treeOf(example);
    if (isUpdating()) writeExpected(name, rendered);
    const expected = readExpected(name);
    expect([...rendered.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [path, text] of rendered) expect({ path, text }).toEqual({ path, text: expected.get(path) });
  });

  // Only since 21.4 does cloud-init's `write_files` know `defer`, without which a file cannot belong to a user of the same
  // seed; HypriotOS has 18.3. Files are in the images in its place, so no base has too old a cloud-init for us.
  it('has cloud-init write no files', () => {
    for (const { entries } of example.nodes) {
      const documents = entries
        .filter(({ entry }) => /\/(?:user|vendor)-data$|\/cloud\.cfg\.d\/./.test(entry.path))
        .map(({ entry }) => contentOf(entry) ?? '');
      // The seed, and what every node has in cloud.cfg.d.
      expect(documents.length).toBeGreaterThanOrEqual(2);
      for (const text of documents) expect(Object.keys(parse(text) as object)).not.toContain('write_files');
    }
  });
});
