import { expect, it } from 'vitest';
import { checkCluster, giveContent, type ObservedCluster } from './check-cluster.ts';
import { describeCluster } from './describe-cluster.ts';
import { blackOut } from './events.ts';
import { assemblySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { webDefinition, writeWebService } from './web-service.ts';

const content = 'served at any time';
const clock = '2001-01-01T00:00:00';

describeCluster(
  'three nodes without time servers, one of which believes that it is 2001',
  { count: 3, definition: webDefinition, prepare: writeWebService, nodes: { 2: { clock } }, isLong: true },
  ({ scenario, machines }) => {
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });

    const checkClocks = (): void =>
      it('has the same time on all nodes, which is not 2001', async () => {
        for (const { name, shell } of machines().nodes) {
          const seconds = Number(await shell.run('date +%s'));
          expect(Math.abs(seconds - Date.now() / 1000), `seconds by which ${name} is wrong`).toBeLessThan(90);
        }
      });

    scenario(
      'all are switched on together',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, assemblySeconds);
        await giveContent(nodes[0]!, content);
        return { 'from power-on to assembled': seconds };
      },
      () => {
        checkClocks();
        checkCluster(observe);
      },
    );

    scenario(
      'the power fails for all at once, and the clock is forgotten again',
      async ({ nodes }) => await blackOut(nodes),
      () => {
        checkClocks();
        checkCluster(observe);
      },
    );
  },
);
