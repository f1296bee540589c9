import { describe, expect, it } from 'vitest';
import { defaultCluster, mixedCluster, nfsCluster } from './support/example-clusters.ts';
import { isUpdating, readExpected, writeExpected } from './support/expected-tree.ts';
import { renderTree } from './support/render-tree.ts';

const cases = { 'pi3-default': defaultCluster(), 'mixed-boards': mixedCluster(), 'x86-nfs': nfsCluster() };

// After an intended change: UPDATE_GOLDEN=1 npx vitest run test/golden, then read the difference.
describe.each(Object.entries(cases))('%s', (name, cluster) => {
  it('is rendered as expected', async () => {
    const rendered = await renderTree(cluster);
    if (isUpdating()) writeExpected(name, rendered);
    const expected = readExpected(name);
    expect([...rendered.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [path, text] of rendered) expect({ path, text }).toEqual({ path, text: expected.get(path) });
  });
});
