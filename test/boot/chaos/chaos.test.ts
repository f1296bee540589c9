import { expect, it } from 'vitest';
import { checkCluster, giveContent, type ObservedCluster } from '../cluster/check-cluster.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { explainCluster } from '../cluster/explain-cluster.ts';
import { readStatus, readSwarmId } from '../cluster/node-facts.ts';
import { createRandom } from '../cluster/random.ts';
import { assemblySeconds, waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { webDefinition, writeWebService } from '../cluster/web-service.ts';
import { compareData, writeData } from './data.ts';
import { harmsToDisks } from './disks.ts';
import type { Harm, Scene } from './harm.ts';
import { harmsToNetwork } from './network.ts';
import { harmsOfPower } from './power.ts';
import { harmsToServices } from './services.ts';

const content = 'served whatever happens';
const seed = Number(process.env['DLIMAGE_BOOT_SEED'] ?? Date.now() % 1_000_000);
/** The harms whose name has these words, when only some are wanted. */
const wanted = process.env['DLIMAGE_BOOT_HARM'] ?? '';

describeCluster(
  `three nodes and all that may befall them (DLIMAGE_BOOT_SEED=${seed})`,
  { count: 3, definition: webDefinition, prepare: writeWebService, isLong: true },
  ({ scenario, machines }) => {
    const random = createRandom(seed);
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });
    const all = [...harmsToServices, ...harmsToDisks, ...harmsToNetwork, ...harmsOfPower];
    const harms = all
      .filter(({ name }) => name.includes(wanted))
      .map((harm) => ({ harm, place: random.between(0, 1) }))
      .toSorted((one, other) => one.place - other.place)
      .map(({ harm }) => harm);

    scenario(
      'they assemble',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, assemblySeconds);
        await giveContent(nodes[0]!, content);
        await writeData(nodes[0]!);
        return { 'from power-on to assembled': seconds };
      },
      () => {
        it('has at least twenty kinds of harm before it', () => {
          expect(all.length).toBeGreaterThanOrEqual(20);
        });
      },
    );

    for (const harm of harms) {
      const number = random.between(1, 4);
      scenario(
        `${harm.name} (node ${Math.floor(number)})`,
        async (cluster) => {
          const struck = cluster.node(Math.floor(number));
          const others = cluster.nodes.filter((node) => node !== struck);
          return { 'whole again': await befall(harm, { cluster, struck, others, random }) };
        },
        () => {
          it('has lost no data, and is one swarm', async () => {
            await compareData(machines().nodes);
            expect(new Set(await Promise.all(machines().nodes.map(readSwarmId))).size).toBe(1);
          });
        },
      );
    }

    scenario(
      'after all of it',
      async ({ nodes }) => ({ 'still assembled': await waitForAssembly(nodes, assemblySeconds) }),
      () => checkCluster(observe),
    );
  },
);

/** Strikes, hears what is said of it, mends, and returns the seconds until all is whole. */
async function befall(harm: Harm, scene: Scene): Promise<number> {
  const { cluster } = scene;
  await harm.strike(scene);
  if (harm.said !== undefined) await hear(harm.said, scene);
  await harm.mend?.(scene);
  return await waitForAssembly(cluster.nodes, harm.wholeWithin);
}

async function hear(said: NonNullable<Harm['said']>, { cluster, struck, others }: Scene): Promise<void> {
  const speakers = said.by === 'struck' ? [struck] : others;
  await waitUntil({
    what: `${speakers.map(({ name }) => name).join(' or ')} to say ${String(said.words)}`,
    seconds: said.withinSeconds,
    missing: async () => {
      const heard: string[] = [];
      for (const speaker of speakers) {
        const status = await readStatus(speaker);
        if ('problem' in status) heard.push(status.problem);
        else
          heard.push(
            ...status.stages.map(({ text }) => text),
            ...status.others.map(({ text }) => text),
            ...(status.missing ?? []).map((name) => `${name} is missing`),
          );
      }
      return heard.some((text) => said.words.test(text)) ? undefined : heard.join(' | ');
    },
    explain: async () => await explainCluster(cluster.nodes),
    pauseMilliseconds: 3000,
  });
}
