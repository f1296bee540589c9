import { expect } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterOfMachines } from './cluster-of-machines.ts';
import { explainCluster } from './explain-cluster.ts';
import type { Figures } from './figures.ts';
import { readSwarmId } from './node-facts.ts';
import { recoverySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { waitUntil } from './wait-until.ts';

/** How long the one that is left is watched, once its Docker runs. */
const aloneSeconds = 90;
const noticeSeconds = 120;

/**
 * Two of three nodes are switched off. The third must neither found a second swarm nor take writes, also not after a
 * restart of its own, and all is well once the others are back.
 */
export async function loseMajority(cluster: ClusterOfMachines): Promise<Figures> {
  const [alone, ...others] = cluster.nodes;
  if (alone === undefined) throw new Error('there are no nodes');
  const swarm = await readSwarmId(alone);
  for (const node of others) await node.kill();
  await waitUntil({
    what: `${alone.name} to refuse writes`,
    seconds: noticeSeconds,
    missing: async () => ((await writeAlone(cluster)) ? 'a write was taken' : undefined),
    explain: async () => await explainCluster([alone]),
  });
  await alone.kill();
  await alone.start();
  await waitUntil({
    what: `Docker of ${alone.name} to answer again`,
    seconds: recoverySeconds,
    missing: async () =>
      await readSwarmId(alone).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    explain: async () => await explainCluster([alone]),
  });
  const deadline = performance.now() + aloneSeconds * 1000;
  while (performance.now() < deadline) {
    // A manager without a majority knows its swarm's id no more than one that is in none: only another id is wrong.
    expect(['', swarm], `the swarm of ${alone.name} alone`).toContain(await readSwarmId(alone));
    expect(await writeAlone(cluster), `${alone.name} takes a write while it is alone`).toBe(false);
    await sleep(5000);
  }
  for (const node of others) await node.start();
  const seconds = await waitForAssembly(cluster.nodes, recoverySeconds);
  expect(await readSwarmId(alone), 'the swarm after all').toBe(swarm);
  return { 'from power-on of the two to all assembled': seconds };
}

/** Tries to write on the shared storage of the first node. Returns whether the write went through. */
async function writeAlone({ nodes }: ClusterOfMachines): Promise<boolean> {
  const answer = await nodes[0]!.shell.attempt(
    'sudo -n timeout 20 sh -c "echo alone >/mnt/cluster/alone && sync /mnt/cluster/alone"',
  );
  return answer.exitCode === 0;
}
