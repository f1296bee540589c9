import { expect, it } from 'vitest';
import { checkCluster, giveContent, type ObservedCluster } from './check-cluster.ts';
import type { ClusterNode } from './cluster-of-machines.ts';
import { describeCluster } from './describe-cluster.ts';
import { loseMajority } from './lose-majority.ts';
import { readSwarmId } from './node-facts.ts';
import { assemblySeconds, recoverySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { webDefinition, writeWebService } from './web-service.ts';

const content = 'served before everyone was here';

describeCluster(
  'three nodes of which the first is late, and a fourth',
  { count: 3, definition: webDefinition, prepare: writeWebService, isLong: true },
  ({ scenario, machines }) => {
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });
    let swarm = '';
    let before: readonly string[] = [];

    scenario(
      'two of three are enough to begin, and the founder by number joins what is there',
      async ({ nodes }) => {
        const [late, ...early] = nodes;
        for (const node of early) await node.start();
        // By then they are through with waiting for the third, and serve.
        const first = await waitForAssembly(early, assemblySeconds);
        swarm = await readSwarmId(early[0]!);
        await giveContent(early[0]!, content);
        await late!.start();
        return {
          'from power-on of two to both assembled': first,
          'from power-on of the third to all assembled': await waitForAssembly(nodes, recoverySeconds),
        };
      },
      () => {
        checkCluster(observe);

        it('is still the swarm of the first two', async () => {
          expect(await readSwarmId(machines().node(1))).toBe(swarm);
        });
      },
    );

    scenario(
      'two of three are switched off, and come back',
      async (cluster) => await loseMajority(cluster),
      () => checkCluster(observe),
    );

    scenario(
      'a fourth node is added, and nobody touches the others',
      async (cluster) => {
        before = await bootIdsOf(cluster.nodes);
        const added = await cluster.grow();
        await added.start();
        const seconds = await waitForAssembly(cluster.nodes, recoverySeconds);
        return { 'from power-on of the fourth to all assembled': seconds };
      },
      () => {
        checkCluster(observe);

        it('has been running all the time on the others', async () => {
          expect((await bootIdsOf(machines().nodes)).slice(0, -1)).toEqual(before);
        });
      },
    );
  },
);

async function bootIdsOf(nodes: readonly ClusterNode[]): Promise<string[]> {
  return await Promise.all(
    nodes.map(async ({ shell }) => await shell.run('cat /proc/sys/kernel/random/boot_id')),
  );
}
