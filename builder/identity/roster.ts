import type { ClusterNode } from '../definition/cluster.ts';

/** What the roster says of a node, beside its identity. */
export type RosterMember = Pick<
  ClusterNode,
  'name' | 'index' | 'role' | 'address' | 'storesData' | 'arbiter' | 'labels'
>;

/** A roster with the authority's word for it. */
export interface SignedRoster {
  /** Greater than that of every roster that was signed before. */
  readonly serial: number;
  /** The very bytes that are signed. */
  readonly text: string;
  /** ECDSA over P-256 with SHA-256, as DER in base64 on one line. */
  readonly signature: string;
}

/**
 * The list of a cluster's nodes from which every node knows its peers: JSON with one node a line. Whoever shows a node
 * a signed one of a higher serial tells it of nodes that did not exist when its image was made.
 *
 * @param glusterUuids - by the node's name
 */
export function formatRoster(
  clusterId: string,
  serial: number,
  members: readonly RosterMember[],
  glusterUuids: ReadonlyMap<string, string>,
): string {
  const nodes = members.map((member) => `  ${JSON.stringify(rosterNode(member, glusterUuids))}`);
  const head = `"cluster_id":${JSON.stringify(clusterId)},"serial":${serial}`;
  return `{${head},"nodes":[\n${nodes.join(',\n')}\n]}\n`;
}

function rosterNode(member: RosterMember, glusterUuids: ReadonlyMap<string, string>) {
  const uuid = glusterUuids.get(member.name);
  if (uuid === undefined) throw new Error(`${member.name} has no identity`);
  const labels = Object.entries(member.labels).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    name: member.name,
    index: member.index,
    role: member.role,
    address: member.address,
    stores_data: member.storesData,
    arbiter: member.arbiter,
    gluster_uuid: uuid,
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  };
}
