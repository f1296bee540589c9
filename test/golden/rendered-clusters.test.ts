import { describe, expect, it } from 'vitest';
import { isUpdating, readExpected, writeExpected } from './support/expected-tree.ts';
import { exampleNames, loadExample } from './support/load-example.ts';
import { renderTree } from './support/render-tree.ts';

// After an intended change: UPDATE=1 npx vitest run test/golden, then read the difference.
describe.each(exampleNames)('%s', (name) => {
  it('is rendered as expected', async () => {
    const rendered = await renderTree(await loadExample(name));
    if (isUpdating()) writeExpected(name, rendered);
    const expected = readExpected(name);
    expect([...rendered.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [path, text] of rendered) expect({ path, text }).toEqual({ path, text: expected.get(path) });
  });
});
