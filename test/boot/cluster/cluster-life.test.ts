import { expect, it } from 'vitest';
import { checkCluster, giveContent, type ObservedCluster } from './check-cluster.ts';
import { describeCluster } from './describe-cluster.ts';
import { killHolder, blackOut, replaceCard } from './events.ts';
import { listMembers } from './node-facts.ts';
import { isMeasured } from './figures.ts';
import { measureIdleCost } from './idle-cost.ts';
import { measureAssembly } from './timeline.ts';
import { assemblySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { webDefinition, writeWebService } from './web-service.ts';

const content = 'served from the volume';

describeCluster(
  'three nodes and their life',
  { count: 3, definition: webDefinition, prepare: writeWebService, endsWithinMinutes: 46 },
  ({ scenario, machines }) => {
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });

    scenario(
      'all are switched on together',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, assemblySeconds);
        await giveContent(nodes[0]!, content);
        const assembly = await measureAssembly(nodes);
        return {
          'from power-on to assembled': seconds,
          ...assembly,
          ...(isMeasured ? await measureIdleCost(nodes) : {}),
        };
      },
      () => {
        checkCluster(observe);

        it('has three managers', async () => {
          const members = await listMembers(machines().node(1));
          expect(members.filter(({ manager }) => manager !== '')).toHaveLength(3);
        });
      },
    );

    scenario(
      'the power fails for all at once, and comes back',
      async ({ nodes }) => await blackOut(nodes),
      () => checkCluster(observe),
    );

    scenario(
      'the node with the virtual address is switched off, and on again later',
      async (cluster) => await killHolder(cluster, content),
      () => checkCluster(observe),
    );

    scenario(
      'the founder gets a new card',
      async ({ nodes, node }) => await replaceCard(node(1), nodes),
      () => checkCluster(observe),
    );

    scenario(
      'another node gets a new card, and the same node once more',
      async ({ nodes, node }) => {
        const first = await replaceCard(node(3), nodes);
        const second = await replaceCard(node(3), nodes);
        return { ...first, 'the second time': Object.values(second)[0] ?? 0 };
      },
      () => checkCluster(observe),
    );
  },
);
