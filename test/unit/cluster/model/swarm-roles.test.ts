import { expect, it } from 'vitest';
import { defaultManagerCount } from '../../../../builder/cluster/model/swarm-roles.ts';

it('makes as many managers as survive a loss, and no more when the cluster grows', () => {
  const managers = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((count) => defaultManagerCount(count));
  expect(managers).toEqual([1, 1, 3, 3, 3, 3, 3, 3, 3]);
});
