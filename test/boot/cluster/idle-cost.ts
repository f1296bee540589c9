import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterNode } from './cluster-of-machines.ts';
import type { Figures } from './figures.ts';

/** What makes and keeps the cluster on a node, and runs when nothing happens. */
const units = [
  'dlimage-agent.service',
  'dlimage-storage.service',
  'dlimage-page.service',
  'keepalived.service',
];
const minuteSeconds = 60;

/**
 * How much processor time these take in a minute in which nothing happens, on the node where it is most. The emulated
 * processor is no faster than that of a Raspberry Pi 3.
 */
export async function measureIdleCost(nodes: readonly ClusterNode[]): Promise<Figures> {
  const before = await Promise.all(nodes.map(readProcessorSeconds));
  await sleep(minuteSeconds * 1000);
  const after = await Promise.all(nodes.map(readProcessorSeconds));
  const used = after.map((seconds, index) => seconds - (before[index] ?? 0));
  return { 'processor time of the agent and its helpers in a minute of calm': Math.max(...used) };
}

async function readProcessorSeconds(node: ClusterNode): Promise<number> {
  const shown = await node.shell.run(`systemctl show --value -p CPUUsageNSec ${units.join(' ')}`);
  return shown
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .reduce((sum, line) => sum + Number(line) / 1e9, 0);
}
