import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterNode } from './cluster-of-machines.ts';
import type { Figures } from './figures.ts';

/** What makes and keeps the cluster on a node, and runs when nothing happens. */
const units = ['dlimage-agent.service', 'dlimage-page.service', 'keepalived.service'];
/** Of this one only the main process: the others in its group are GlusterFS, which serves the mount. */
const mounter = 'dlimage-storage.service';
const minuteSeconds = 60;
/** After the last change the agent looks at everything once more, and closes its lines to the others. */
const settlingSeconds = 120;

/**
 * How much processor time these take in a minute in which nothing happens, on the node where it is most. Beside it what a
 * start of Python takes there: emulated processors differ by far more than boards, and the ratio of the two does not.
 */
export async function measureIdleCost(nodes: readonly ClusterNode[]): Promise<Figures> {
  await sleep(settlingSeconds * 1000);
  const before = await Promise.all(nodes.map(readProcessorSeconds));
  await sleep(minuteSeconds * 1000);
  const after = await Promise.all(nodes.map(readProcessorSeconds));
  const used = after.map((seconds, index) => seconds - (before[index] ?? 0));
  const starts = await Promise.all(nodes.map(measurePythonStart));
  return {
    'processor time of the agent and its helpers in a minute of calm': Math.max(...used),
    'processor time of a start of Python': Math.min(...starts),
  };
}

async function readProcessorSeconds(node: ClusterNode): Promise<number> {
  const shown = await node.shell.run(
    [
      `systemctl show --value -p CPUUsageNSec ${units.join(' ')}`,
      // User and system time, in the kernel's ticks. Source: proc(5)
      `awk '{ print ($14 + $15) * 1e9 / '"$(getconf CLK_TCK)"' }' /proc/$(systemctl show --value -p MainPID ${mounter})/stat`,
    ].join('; '),
  );
  return shown
    .split('\n')
    .filter((line) => line !== '')
    .reduce((sum, line) => sum + Number(line) / 1e9, 0);
}

const starts = 5;
const python = `
import resource, subprocess
for _ in range(${starts}):
    subprocess.run(["python3", "-c", "pass"])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
`;

async function measurePythonStart(node: ClusterNode): Promise<number> {
  return Number(await node.shell.run(`python3 -c '${python}'`)) / starts;
}
