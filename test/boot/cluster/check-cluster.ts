import { expect, it } from 'vitest';
import type { ClusterNode, ClusterOfMachines } from './cluster-of-machines.ts';
import { explainCluster } from './explain-cluster.ts';
import { countPendingHeals, findHolders, listBricks, listMembers, readSwarmId } from './node-facts.ts';
import type { AskedNode } from './node-shell.ts';
import { fetchText } from './probe.ts';
import { waitUntil } from './wait-until.ts';
import { webData, webPublished } from './web-service.ts';

/** The cluster, once it says that it is assembled, and what is expected of it. */
export interface ObservedCluster {
  readonly machines: ClusterOfMachines;
  /** The nodes that are on, which are all that the definition has. */
  readonly nodes: readonly ClusterNode[];
  /** What the service was given to serve. */
  readonly content: string;
}

/**
 * Docker on a slow machine repeats its joining, and each attempt leaves an entry that is removed one by one. Nodes that share
 * two cores also lose sight of each other for seconds at a time.
 */
const settleSeconds = 600;

/**
 * Registers one test per fact about an assembled cluster that serves something, each asked of the systems themselves and
 * not of our agent.
 */
export function checkCluster(observe: () => ObservedCluster): void {
  checkAssembly(() => ({ nodes: observe().nodes, virtualIp: observe().machines.virtualIp }));
  checkService(observe);
}

/** The fact that the cluster serves something. */
export function checkService(observe: () => ObservedCluster): void {
  it('serves its data on the virtual address, seen from outside', async () => {
    const { machines, nodes, content } = observe();
    const port = await machines.forward(machines.virtualIp, webPublished);
    await waitUntil({
      what: `${content} from http://${machines.virtualIp}:${webPublished}`,
      seconds: settleSeconds,
      missing: async () => {
        const body = await fetchText(port, '/index.html');
        return body === content ? undefined : `it said ${JSON.stringify(body ?? null)}`;
      },
      explain: async () =>
        `${await nodes[0]!.shell.runAsRoot('docker service ps web_web --no-trunc; docker node ls')}\n${await explainCluster(nodes)}`,
    });
  });
}

/** A cluster that can be asked, but serves nothing that is known here. */
export interface AskedCluster {
  readonly nodes: readonly AskedNode[];
  readonly virtualIp: string;
  /** How many of the nodes are managers, from the first; three when absent. */
  readonly managers?: number;
}

/** The facts about swarm, volume and virtual address alone. */
export function checkAssembly(observe: () => AskedCluster): void {
  checkSwarm(observe);
  checkBricks(observe);
  checkSharing(observe);
}

/** The facts about swarm and virtual address. */
export function checkSwarm(observe: () => AskedCluster): void {
  it('has every node once in the swarm, all ready, one of them the leader', async () => {
    const { nodes } = observe();
    const expected = nodes.map(({ name }) => `${name} Ready Active`).toSorted();
    for (const node of managersOf(observe())) {
      await waitUntil({
        what: `${node.name} to list exactly ${expected.join(', ')}, and one leader`,
        seconds: settleSeconds,
        missing: async () => {
          const members = await listMembers(node).catch((error: Error) => error.message);
          if (typeof members === 'string') return members;
          const listed = members.map(({ name, status, availability }) => `${name} ${status} ${availability}`);
          const managers = members.map(({ manager }) => manager).filter((manager) => manager !== '');
          const isLed = managers.filter((manager) => manager === 'Leader').length === 1;
          const isWhole = managers.every((manager) => manager === 'Leader' || manager === 'Reachable');
          const isExact = listed.toSorted().join() === expected.join();
          return isExact && isLed && isWhole ? undefined : `${listed.join(', ')}; ${managers.join(', ')}`;
        },
        explain: async () => await explainCluster(nodes),
      });
    }
  });

  it('is one swarm', async () => {
    const ids = await Promise.all(managersOf(observe()).map(readSwarmId));
    expect(new Set(ids).size, ids.join(' ')).toBe(1);
    expect(ids[0]).not.toBe('');
  });

  it('has the virtual address on one node', async () => {
    const { nodes, virtualIp } = observe();
    const holders = await findHolders(nodes, virtualIp);
    expect(holders.map(({ name }) => name)).toHaveLength(1);
  });
}

/** Those who can tell who else is there; by the defaults of the definition the first three. */
function managersOf({ nodes, managers = 3 }: AskedCluster): readonly AskedNode[] {
  return nodes.slice(0, managers);
}

/** The facts about the volume. */
function checkBricks(observe: () => AskedCluster): void {
  it('serves its volume from a brick on three nodes, with nothing left to heal', async () => {
    const { nodes } = observe();
    // GlusterFS lists them in the order in which they came.
    const bricks = (await listBricks(nodes[0]!)).toSorted((one, other) => one.node.localeCompare(other.node));
    const expected = nodes.slice(0, 3).map(({ name }) => ({ node: name, isOnline: true }));
    expect(bricks).toMatchObject(expected);
    expect(bricks).toHaveLength(expected.length);
    await waitUntil({
      what: 'the bricks to be equal',
      seconds: settleSeconds,
      missing: async () => {
        const pending = await countPendingHeals(nodes[0]!).catch((error: Error) => error.message);
        return pending === 0 ? undefined : `${pending} entries`;
      },
      explain: async () =>
        await nodes[0]!.shell.runAsRoot(
          'gluster volume status; gluster volume heal $(gluster volume list) info',
        ),
    });
  });

  it('has on every brick what a node writes', async () => {
    const { nodes } = observe();
    for (const writer of nodes) {
      const { file, words } = await writeFrom(writer);
      for (const brick of await listBricks(nodes[0]!)) {
        const keeper = nodes.find(({ name }) => name === brick.node)!;
        expect(
          (await keeper.shell.runAsRoot(`cat ${brick.path}/${file}`)).trim(),
          `the brick of ${brick.node}`,
        ).toBe(words);
      }
    }
  });
}

/** The fact that the storage is one for all. */
export function checkSharing(observe: () => AskedCluster): void {
  it('shows what one node writes to every other', async () => {
    const { nodes } = observe();
    for (const writer of nodes) {
      const { file, words } = await writeFrom(writer);
      for (const reader of nodes) {
        expect(
          (await reader.shell.runAsRoot(`cat /mnt/cluster/${file}`)).trim(),
          `${file} on ${reader.name}`,
        ).toBe(words);
      }
    }
  });
}

/** A file on the shared storage that says who wrote it and when. */
async function writeFrom(writer: AskedNode): Promise<{ readonly file: string; readonly words: string }> {
  const file = `from-${writer.name}`;
  const words = `${writer.name} at ${performance.now()}`;
  await writer.shell.runAsRoot(
    `cd /mnt/cluster && echo '${words}' >${file}.new && mv ${file}.new ${file} && sync ${file}`,
  );
  return { file, words };
}

/**
 * Gives the service something to serve; through the storage, as a user's data comes there. It is synced, as only what was
 * survives a power cut right after it.
 */
export async function giveContent(node: ClusterNode, content: string): Promise<void> {
  await node.shell.runAsRoot(`cd ${webData} && printf %s '${content}' >index.html && sync index.html`);
}
