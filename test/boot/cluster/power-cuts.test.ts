import { expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkCluster, giveContent, type ObservedCluster } from './check-cluster.ts';
import type { ClusterOfMachines } from './cluster-of-machines.ts';
import { describeCluster } from './describe-cluster.ts';
import { readSwarmId } from './node-facts.ts';
import { createRandom, type Random } from './random.ts';
import { assemblySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { webDefinition, writeWebService } from './web-service.ts';

const content = 'served after all';
const seed = Number(process.env['DLIMAGE_BOOT_SEED'] ?? Date.now() % 1_000_000);
const rounds = Number(process.env['DLIMAGE_BOOT_ROUNDS'] ?? 5);
/** From when on a first start does things that can be cut in two, and when it is through with them. */
const earliestSeconds = 30;
const latestSeconds = 240;
const cutsOfRound = 3;

describeCluster(
  `three nodes whose power is cut at random while they assemble (DLIMAGE_BOOT_SEED=${seed})`,
  { count: 3, definition: webDefinition, prepare: writeWebService, isLong: true },
  ({ scenario, machines }) => {
    const random = createRandom(seed);
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });

    for (let round = 1; round <= rounds; round += 1) {
      scenario(
        `round ${round}: fresh cards`,
        async (cluster) => {
          for (const { machine, kill, image } of cluster.nodes) {
            await kill();
            await machine.flash(image);
          }
          await cutPower(cluster, random);
          const seconds = await waitForAssembly(cluster.nodes, assemblySeconds);
          await giveContent(cluster.node(1), content);
          return { 'from the last power-on to assembled': seconds };
        },
        () => {
          checkCluster(observe);

          it('is one swarm, whoever is asked', async () => {
            expect(new Set(await Promise.all(machines().nodes.map(readSwarmId))).size).toBe(1);
          });
        },
      );
    }
  },
);

/** Switches all on; then, some times: waits, cuts the power of some nodes or of all, and gives it back a little later. */
async function cutPower({ nodes }: ClusterOfMachines, random: Random): Promise<void> {
  for (const node of nodes) await node.start();
  for (let cut = 1; cut <= cutsOfRound; cut += 1) {
    const after = random.between(earliestSeconds, latestSeconds / cut);
    const struck = random.someOf(nodes);
    const offSeconds = random.between(0, 20);
    console.log(
      `cut ${cut}: after ${after.toFixed(1)} s ${struck.map(({ name }) => name).join(', ')} for ${offSeconds.toFixed(1)} s`,
    );
    await sleep(after * 1000);
    await Promise.all(struck.map(async (node) => await node.kill()));
    await sleep(offSeconds * 1000);
    for (const node of struck) await node.start();
  }
}
