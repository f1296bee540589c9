import type { ClusterNode } from './cluster-of-machines.ts';
import type { Figures } from './figures.ts';
import { readStatus } from './node-facts.ts';

/** When a node came so far, all in seconds since 1970 by its own clock. */
interface NodeTimeline {
  readonly online: number;
  /** When each stage said "done" last. */
  readonly done: Readonly<Record<string, number>>;
}

/**
 * How long a first boot took after the network of the slowest node was online: until each stage was done on the last
 * node, and until all of them were. The clocks of virtual machines are this machine's own.
 */
export async function measureAssembly(nodes: readonly ClusterNode[]): Promise<Figures> {
  const timelines = await Promise.all(nodes.map(readTimeline));
  const online = Math.max(...timelines.map((timeline) => timeline.online));
  const stages = Object.keys(timelines[0]?.done ?? {});
  const afterOnline = (stage: string): number =>
    Math.max(...timelines.map(({ done }) => done[stage] ?? online)) - online;
  const figures = Object.fromEntries(
    stages.map((stage) => [`from the slowest node online to "${stage}" done everywhere`, afterOnline(stage)]),
  );
  return { ...figures, 'from the slowest node online to assembled': Math.max(...stages.map(afterOnline)) };
}

const question = [
  'date +%s.%N',
  'cut -d" " -f1 /proc/uptime',
  'systemctl show -P ActiveEnterTimestampMonotonic network-online.target',
].join('; ');

async function readTimeline(node: ClusterNode): Promise<NodeTimeline> {
  const [now = 0, uptime = 0, onlineMicroseconds = 0] = (await node.shell.run(question))
    .split('\n')
    .map(Number);
  const status = await readStatus(node);
  if ('problem' in status) throw new Error(`${node.name} ${status.problem}`);
  return {
    online: now - uptime + onlineMicroseconds / 1e6,
    done: Object.fromEntries(status.stages.map(({ stage, since }) => [stage, since])),
  };
}
