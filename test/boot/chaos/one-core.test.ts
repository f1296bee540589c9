import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll } from 'vitest';
import { checkCluster, giveContent, type ObservedCluster } from '../cluster/check-cluster.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { blackOut } from '../cluster/events.ts';
import { assemblySeconds, waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { bootsAll, isOnPath } from '../requirements.ts';
import { webDefinition, writeWebService } from '../cluster/web-service.ts';

const content = 'served slowly';
/** Four machines have a quarter of a core each, where those of other tests have two thirds. */
const slowness = 3;

// QEMU's threads inherit the processors that this process may use.
const useCores = (cores: string): void =>
  void execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, String(process.pid)]);
const canPin = isOnPath('taskset');

describeCluster(
  'four nodes on one core',
  { count: 4, definition: webDefinition, prepare: writeWebService, isLong: true },
  ({ scenario, machines }) => {
    beforeAll(() => {
      if (canPin && bootsAll) useCores('0');
    });
    afterAll(() => {
      if (canPin && bootsAll) useCores('0-1023');
    });
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });

    scenario(
      'they assemble',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, assemblySeconds * slowness);
        await giveContent(nodes[0]!, content);
        return { 'from power-on to assembled': seconds };
      },
      () => checkCluster(observe),
    );

    scenario(
      'the power fails for all',
      async ({ nodes }) => await blackOut(nodes, slowness),
      () => checkCluster(observe),
    );
  },
);
