import { expect } from 'vitest';
import type { ClusterNode, ClusterOfMachines } from './cluster-of-machines.ts';
import { explainCluster } from './explain-cluster.ts';
import type { Figures } from './figures.ts';
import { findHolders } from './node-facts.ts';
import { startProbe } from './probe.ts';
import { recoverySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { waitUntil } from './wait-until.ts';
import { webPublished } from './web-service.ts';

const statusPage = 9280;
const addressSeconds = 60;
const serviceSeconds = 300;

/** The power of all nodes is cut, and comes back for all. They may take `slowness` times as long as others. */
export async function blackOut(nodes: readonly ClusterNode[], slowness = 1): Promise<Figures> {
  for (const node of nodes) await node.kill();
  for (const node of nodes) await node.start();
  return { 'from power-on to assembled': await waitForAssembly(nodes, recoverySeconds * slowness) };
}

/** A node's card dies: it is built again under the same identity, put into the board, and switched on. */
export async function replaceCard(node: ClusterNode, nodes: readonly ClusterNode[]): Promise<Figures> {
  await node.kill();
  await node.reflash();
  await node.start();
  return { [`from power-on of ${node.name} to assembled`]: await waitForAssembly(nodes, recoverySeconds) };
}

/**
 * The node that has both the virtual address and the service is switched off. Measures from outside how long the
 * address and the service are away, then switches the node on again.
 */
export async function killHolder(cluster: ClusterOfMachines, content: string): Promise<Figures> {
  const { nodes, virtualIp } = cluster;
  const [holder] = await findHolders(nodes, virtualIp);
  if (holder === undefined) throw new Error(`nobody holds ${virtualIp}\n${await explainCluster(nodes)}`);
  const others = nodes.filter((node) => node !== holder);
  await moveServiceTo(holder, others);
  const page = await cluster.forward(virtualIp, statusPage);
  const web = await cluster.forward(virtualIp, webPublished);
  const address = startProbe(virtualIp, page, '/healthz', () => true, [200, 503]);
  const service = startProbe('the service', web, '/index.html', (body) => body === content);
  try {
    await address.firstAnswerAfter(performance.now(), addressSeconds);
    await service.firstAnswerAfter(performance.now(), serviceSeconds);
    await holder.kill();
    const killed = performance.now();
    const figures = {
      'from the power cut to the address answering on another node': await address.firstAnswerAfter(
        killed,
        addressSeconds,
      ),
      'from the power cut to the service answering on another node': await service.firstAnswerAfter(
        killed,
        serviceSeconds,
      ),
    };
    const holders = await findHolders(others, virtualIp);
    expect(holders, 'nodes that carry the address').toHaveLength(1);
    await holder.start();
    const back = await waitForAssembly(nodes, recoverySeconds);
    return { ...figures, 'from power-on of the node to assembled again': back };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await explainCluster(nodes)}`, { cause: error });
  } finally {
    await address.stop();
    await service.stop();
  }
}

/** As a user does it: the other nodes are drained until the task has moved. */
async function moveServiceTo(node: ClusterNode, others: readonly ClusterNode[]): Promise<void> {
  const names = others.map(({ name }) => name);
  const setAvailability = async (availability: string): Promise<void> => {
    for (const name of names)
      await node.shell.runAsRoot(`docker node update --availability ${availability} ${name}`);
  };
  await setAvailability('drain');
  try {
    await waitUntil({
      what: `the service to run on ${node.name}`,
      seconds: serviceSeconds,
      missing: async () => {
        const running = await node.shell.runAsRoot(
          'docker service ps web_web --filter desired-state=running --format "{{.Node}} {{.CurrentState}}"',
        );
        return running.startsWith(`${node.name} Running`) ? undefined : running.trim() || 'no task';
      },
      explain: async () => await explainCluster([node, ...others]),
    });
  } finally {
    await setAvailability('active');
  }
}
