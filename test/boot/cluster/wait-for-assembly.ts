import { explainCluster } from './explain-cluster.ts';
import { readStatus } from './node-facts.ts';
import type { AskedNode } from './node-shell.ts';
import { waitUntil } from './wait-until.ts';

/** How long a first start may take. Several times what it needs on a quiet machine with two cores. */
export const assemblySeconds = 2100;

/** How long coming back may take. */
export const recoverySeconds = 1200;

/**
 * Waits until every one of these nodes says that it is assembled, and lists exactly these as ready members.
 *
 * @returns the seconds that it took
 */
export async function waitForAssembly(nodes: readonly AskedNode[], seconds: number): Promise<number> {
  return await waitUntil({
    what: `${nodes.map(({ name }) => name).join(', ')} to be assembled`,
    seconds,
    // One after the other, up to the first that is not there yet: an emulated node is slowed down by every question.
    missing: async () => {
      for (const node of nodes) {
        const missing = await whatIsMissing(node, nodes);
        if (missing !== undefined) return missing;
      }
      return undefined;
    },
    explain: async () => await explainCluster(nodes),
    pauseMilliseconds: 3000,
  });
}

async function whatIsMissing(node: AskedNode, nodes: readonly AskedNode[]): Promise<string | undefined> {
  const status = await readStatus(node);
  if ('problem' in status) return `${node.name} ${status.problem}`;
  if (!status.assembled) return `${node.name}: ${status.summary}`;
  // Workers cannot list the members.
  if (status.swarm?.nodes == null) return undefined;
  const ready = status.swarm.nodes.filter(({ state }) => state === 'ready').map(({ name }) => name);
  const absent = nodes.filter(({ name }) => !ready.includes(name)).map(({ name }) => name);
  return absent.length === 0 ? undefined : `${node.name} does not see ${absent.join(', ')} ready`;
}
