import type { AskedNode } from './node-shell.ts';

/** What the agent of a node says of itself: the fields of /run/dlimage/status.json that the tests read. */
export interface NodeStatus {
  readonly assembled: boolean;
  readonly summary: string;
  readonly stages: readonly {
    readonly stage: string;
    readonly state: string;
    readonly text: string;
    /** Seconds since 1970. */
    readonly since: number;
  }[];
  readonly vip: { readonly holds: boolean } | null;
  readonly swarm: {
    readonly state: string;
    readonly nodes: readonly { readonly name: string; readonly state: string }[] | null;
  } | null;
  /** Who is missing of the list of nodes; null where nobody has said so. */
  readonly missing: readonly string[] | null;
  /** What other nodes told it. */
  readonly others: readonly { readonly node: string; readonly text: string }[];
  readonly written: number;
}

/** One row of `docker node ls`. */
export interface Member {
  readonly name: string;
  readonly status: string;
  readonly availability: string;
  /** `Leader`, `Reachable`, `Unreachable`, or nothing for a worker. */
  readonly manager: string;
}

/** A record that is older tells how the node was, not how it is. */
const staleSeconds = 120;

/** What the node's agent last said; an error in words when it cannot be asked or has not said anything lately. */
export async function readStatus(node: AskedNode): Promise<NodeStatus | { readonly problem: string }> {
  const answer = await node.shell.attempt('date +%s; cat /run/dlimage/status.json');
  if (answer.exitCode === 255) return { problem: `cannot be entered: ${answer.stderr.trim()}` };
  const [now = '', record = ''] = answer.stdout.split('\n');
  if (record === '') return { problem: 'its agent has said nothing yet' };
  const status = JSON.parse(record) as NodeStatus;
  const age = Number(now) - status.written;
  return age > staleSeconds ? { problem: `its agent has said nothing for ${age} s` } : status;
}

/** The swarm's members as this node's Docker lists them. */
export async function listMembers(node: AskedNode): Promise<Member[]> {
  const format = '{{.Hostname}}|{{.Status}}|{{.Availability}}|{{.ManagerStatus}}';
  const rows = await node.shell.runAsRoot(`docker node ls --format "${format}"`);
  return linesOf(rows).map((row) => {
    const [name = '', status = '', availability = '', manager = ''] = row.split('|');
    return { name, status, availability, manager };
  });
}

/** Id of the swarm that this node manages; empty when it manages none. */
export async function readSwarmId(node: AskedNode): Promise<string> {
  const format = '{{if .Swarm.Cluster}}{{.Swarm.Cluster.ID}}{{end}}';
  return (await node.shell.runAsRoot(`docker info --format "${format}"`)).trim();
}

/** One brick as `gluster volume status` shows it. */
export interface Brick {
  readonly node: string;
  readonly path: string;
  readonly isOnline: boolean;
}

/** The bricks of the only volume, as this node's glusterd sees them. */
export async function listBricks(node: AskedNode): Promise<Brick[]> {
  const xml = await node.shell.runAsRoot('gluster --mode=script volume status all --xml', 150);
  return [...xml.matchAll(/<node>(.*?)<\/node>/gs)].flatMap(([, body = '']) => {
    const field = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1] ?? '';
    // Self-heal daemons are listed like bricks, with a word in place of the name.
    if (!field('path').startsWith('/')) return [];
    return [{ node: field('hostname'), path: field('path'), isOnline: field('status') === '1' }];
  });
}

/** How many entries the volume's bricks still have to give to others. A brick that cannot be asked is an error. */
export async function countPendingHeals(node: AskedNode): Promise<number> {
  const volume = (await node.shell.runAsRoot('gluster --mode=script volume list')).trim();
  const text = await node.shell.runAsRoot(`gluster --mode=script volume heal ${volume} info`, 150);
  const counts = [...text.matchAll(/^Number of entries: (.*)$/gm)].map(([, count]) => Number(count));
  if (counts.length === 0 || counts.some(Number.isNaN)) throw new Error(`${node.name} cannot tell:\n${text}`);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Nodes among these whose interface carries the address. */
export async function findHolders<N extends AskedNode>(nodes: readonly N[], address: string): Promise<N[]> {
  const shown = await Promise.all(
    nodes.map(async (node) => await node.shell.run(`ip -4 -oneline address show to ${address}`)),
  );
  return nodes.filter((_, index) => shown[index]?.trim() !== '');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
