import type { ClusterNode } from '../model/cluster.ts';
import type { NodeKeys, RevokedKeys } from './identities.ts';
import { tlsNameOf } from './revoked-keys.ts';

/** Roster entry of a node, without its identity. */
export type RosterMember = Pick<
  ClusterNode,
  'name' | 'index' | 'role' | 'address' | 'storesData' | 'arbiter' | 'labels'
>;

/** Roster entry of a node's keys. */
export type RosterKeys = Pick<NodeKeys, 'glusterUuid' | 'tls'>;

/**
 * The list of a cluster's nodes from which every node knows its peers: JSON with one node a line. Whoever shows a node
 * a signed one of a higher serial tells it of nodes that did not exist when its image was made, and of keys that are
 * worth nothing any more.
 *
 * @param keys - by the node's name
 */
export function formatRoster(
  clusterId: string,
  serial: number,
  members: readonly RosterMember[],
  keys: ReadonlyMap<string, RosterKeys>,
  revoked: readonly RevokedKeys[],
): string {
  const nodes = members.map((member) => `  ${JSON.stringify(rosterNode(member, keys))}`);
  const head = `"cluster_id":${JSON.stringify(clusterId)},"serial":${serial}`;
  const lists = [`"nodes":[\n${nodes.join(',\n')}\n]`];
  // Left out while there is none: a cluster that has revoked nothing keeps the list it has.
  if (revoked.length > 0) lists.push(`"revoked":[\n${revoked.map(revokedLine).join(',\n')}\n]`);
  return `{${head},${lists.join(',')}}\n`;
}

function revokedLine({ name, sshKeys, tlsName, glusterUuid }: RevokedKeys): string {
  return `  ${JSON.stringify({ name, ssh_keys: sshKeys, tls_name: tlsName, gluster_uuid: glusterUuid })}`;
}

function rosterNode(member: RosterMember, keys: ReadonlyMap<string, RosterKeys>) {
  const own = keys.get(member.name);
  if (own === undefined) throw new Error(`${member.name} has no identity`);
  const tlsName = tlsNameOf(member.name, own);
  const labels = Object.entries(member.labels).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    name: member.name,
    index: member.index,
    role: member.role,
    address: member.address,
    stores_data: member.storesData,
    arbiter: member.arbiter,
    gluster_uuid: own.glusterUuid,
    ...(tlsName !== member.name && { tls_name: tlsName }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  };
}
