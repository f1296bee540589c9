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

/** What stands below the table. */
export function statusSummary({ assembledNodes, nodes, vip }: ClusterStatus): string[] {
  return [
    `assembled: ${assembledNodes} of ${nodes.length} node${nodes.length === 1 ? '' : 's'}`,
    ...(vip === null ? [] : [`virtual IP ${vip.address}: ${holderWords(vip.holders)}`]),
  ];
}

function holderWords(holders: readonly string[]): string {
  if (holders.length === 0) return 'no node that answers holds it';
  const [holder] = holders;
  return holders.length === 1
    ? `on ${plain(holder ?? '')}`
    : `on several nodes: ${holders.map(plain).join(', ')}`;
}

/** What another machine says can do no harm to a terminal. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
