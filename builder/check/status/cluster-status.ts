import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import type { NodeRecord, SwarmNode } from './node-record.ts';

/** A node's answer, or in words why there is none. */
export type NodeAnswer =
  | { readonly record: NodeRecord; readonly problem?: undefined }
  | { readonly record?: undefined; readonly problem: string };

/** A node with what became of asking it. */
export interface AskedNode {
  readonly node: Pick<ClusterNode, 'name' | 'role' | 'address'>;
  readonly answer: NodeAnswer;
}

/** State of the cluster, from the records of its nodes. */
export interface ClusterStatus {
  readonly cluster: string;
  /** Every node says that it is. */
  readonly assembled: boolean;
  readonly assembledNodes: number;
  readonly nodes: readonly NodeStatus[];
  readonly vip: { readonly address: string; readonly holders: readonly string[] } | null;
}

/** One row of the table. */
export interface NodeStatus {
  readonly name: string;
  readonly role: string;
  /** The node's address, or that of the definition; null when neither is known. */
  readonly address: string | null;
  readonly reachable: boolean;
  readonly assembled: boolean;
  /** In words. */
  readonly state: string;
  readonly storage: string;
  readonly swarm: string;
  readonly holdsVip: boolean;
  /** All that the node said; null when it did not. */
  readonly record: NodeRecord | null;
}

/** Puts the answers of the nodes together. */
export function summarizeCluster(
  { name, vip }: Pick<Cluster, 'name' | 'vip'>,
  asked: readonly AskedNode[],
): ClusterStatus {
  const members = swarmMembers(asked);
  const nodes = asked.map((one) => describeNode(one, members.get(one.node.name)));
  const assembledNodes = nodes.filter(({ assembled }) => assembled).length;
  const holders = nodes.filter(({ holdsVip }) => holdsVip).map((node) => node.name);
  return {
    cluster: name,
    assembled: assembledNodes === nodes.length,
    assembledNodes,
    nodes,
    vip: vip === null ? null : { address: vip, holders },
  };
}

/** The swarm's own list, from the manager that knows most of it as ready: one that was cut off sees the others as down. */
function swarmMembers(asked: readonly AskedNode[]): ReadonlyMap<string, SwarmNode> {
  const lists = asked.map(({ answer }) => answer.record?.swarm?.nodes ?? []);
  const ready = (list: readonly SwarmNode[]): number => list.filter(({ state }) => state === 'ready').length;
  const [best = []] = lists.toSorted((one, other) => ready(other) - ready(one));
  return new Map(best.map((member) => [member.name, member]));
}

function describeNode({ node, answer }: AskedNode, member: SwarmNode | undefined): NodeStatus {
  const { record, problem } = answer;
  const common = { name: node.name, swarm: swarmWords(member, record) };
  if (record === undefined) {
    return {
      ...common,
      role: node.role,
      address: node.address,
      reachable: false,
      assembled: false,
      state: `not reachable: ${problem}`,
      storage: '',
      holdsVip: false,
      record: null,
    };
  }
  return {
    ...common,
    role: record.role === '' ? node.role : record.role,
    address: record.address === '' ? node.address : record.address,
    reachable: true,
    assembled: record.assembled,
    state: record.assembled ? 'assembled' : record.summary === '' ? 'not assembled' : record.summary,
    storage: storageWords(record),
    holdsVip: record.vip?.holds === true,
    record,
  };
}

function storageWords({ storage }: NodeRecord): string {
  if (storage === null) return '';
  if (storage.type === 'none') return 'none';
  return storage.mounted ? 'mounted' : 'not mounted';
}

function swarmWords(member: SwarmNode | undefined, record: NodeRecord | undefined): string {
  if (member === undefined) return record?.swarm?.state ?? '';
  const unusual = member.availability === 'active' ? [] : [member.availability];
  return [member.state, ...unusual, ...(member.leader ? ['leader'] : [])].join(', ');
}
