import type { ClusterStatus } from './cluster-status.ts';

/** Rows of the table for people, below `statusColumns`. */
export function statusRows({ nodes }: ClusterStatus): string[][] {
  return nodes.map((node) =>
    [
      node.name,
      node.role,
      node.address ?? 'DHCP',
      node.storage,
      node.swarm,
      node.holdsVip ? 'here' : '',
      node.state,
    ].map(plain),
  );
}

/** Headings of the table. What may be long is last. */
export const statusColumns = ['node', 'role', 'address', 'storage', 'swarm', 'virtual IP', 'state'] as const;

/** Lines below the table. */
export function statusSummary({ assembledNodes, nodes, vip }: ClusterStatus): string[] {
  return [
    `assembled: ${assembledNodes} of ${nodes.length} node${nodes.length === 1 ? '' : 's'}`,
    ...notes(nodes),
    ...(vip === null ? [] : [`virtual IP ${vip.address}: ${holderWords(vip.holders)}`]),
  ];
}

/** Changes that a person made on a node, in its own words, and the messages that silent nodes gave the others. */
function notes(nodes: ClusterStatus['nodes']): string[] {
  const silent = new Set(nodes.filter(({ reachable }) => !reachable).map(({ name }) => name));
  const lines = nodes.flatMap(({ name, record }) => [
    ...(record?.stages ?? [])
      .filter(({ state }) => state === 'noted')
      .map(({ stage, text }) => `${name}: ${stage}: ${text}`),
    ...(record?.others ?? [])
      .filter(({ node }) => silent.has(node))
      .map(({ node, text }) => `${node}: ${text}`),
  ]);
  return [...new Set(lines)].map(plain);
}

function holderWords(holders: readonly string[]): string {
  if (holders.length === 0) return 'no node that answers holds it';
  const [holder] = holders;
  return holders.length === 1
    ? `on ${plain(holder ?? '')}`
    : `on several nodes: ${holders.map(plain).join(', ')}`;
}

/** Makes another machine's text harmless for a terminal. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
