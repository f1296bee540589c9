import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInNamespace } from '../../builder/system/host/namespace.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

let base: BaseTree;
let example: ExampleRoots;

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('pi3-default', base);
});
afterAll(async () => {
  await example?.remove();
});

it('the virtual IP goes to the best node, stays there, and never vanishes or is on two', async () => {
  const managers = example.nodes
    .filter(({ node }) => node.role === 'manager')
    .map(({ directory }) => directory);
  const script = join(import.meta.dirname, 'support/vip-lan.sh');
  const command = `exec unshare --net sh "$@"`;
  const { stdout } = await runInNamespace('sh', ['-c', command, 'sh', script, base.directory, ...managers], {
    step: 'move a virtual IP between nodes',
    timeoutSeconds: 300,
  });
  expect(Buffer.from(stdout).toString('utf8').trim().split('\n')).toEqual([
    'all started: 1',
    '1 lost its storage: 2',
    '1 has it back: 2',
    'Docker of 2 is dead: 1',
    '3 has no quorum and no storage: 1',
    'nobody has quorum or storage: 1',
    'a neighbour forges a better one: 1',
    'without a password: 1',
    expect.stringMatching(/^without a password, and forged:(?! 1$)/),
  ]);
}, 340_000);
