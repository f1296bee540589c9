import type {
  ClusterIdentities,
  ExistingIdentities,
  NodeCertificates,
  NodeIdentity,
  NodeKeys,
  SshIdentity,
  SignedRoster,
} from './identities.ts';
import { formatRoster, type RosterMember } from './roster.ts';

/**
 * Identities that stand in for those that no build has made yet, so that a plan can be shown before anything is
 * written. No image is ever made from them.
 */
export interface PlaceholderIdentities {
  readonly identities: ClusterIdentities;
  /** The same, but with every placeholder another one: what differs in a plan of both is not known yet. */
  readonly alternative: ClusterIdentities;
  /** Nothing was missing: both are the same. */
  readonly isComplete: boolean;
}

/** Fills `existing` up with placeholders for whatever a build of these nodes would make. */
export function placeholderIdentities(
  members: readonly RosterMember[],
  existing?: ExistingIdentities,
): PlaceholderIdentities {
  const identities = fillUp(members, existing, 1);
  const isComplete =
    existing?.sshAuthority !== undefined &&
    identities.roster === existing.roster &&
    members.every(({ name }) => existing.nodes[name]?.sshHostCertificate !== undefined);
  return { identities, alternative: fillUp(members, existing, 2), isComplete };
}

type Variant = 1 | 2;

function fillUp(
  members: readonly RosterMember[],
  existing: ExistingIdentities | undefined,
  variant: Variant,
): ClusterIdentities {
  const nodes: Record<string, NodeIdentity> = {};
  for (const [position, { name }] of members.entries()) {
    nodes[name] = {
      ...placeholderKeys(name, position + 1, variant),
      ...placeholderCertificates(name, variant),
      ...existing?.nodes[name],
    };
  }
  const clusterId = existing?.clusterId ?? placeholderUuid(0, variant);
  return {
    clusterId,
    vrrpRouterId: existing?.vrrpRouterId ?? variant,
    ca: existing?.ca ?? { certificatePem: `certificate of the cluster, not made yet (${variant})\n` },
    sshAuthority: existing?.sshAuthority ?? placeholderKey('authority', 'the cluster', variant).publicKey,
    loginKey: existing?.loginKey ?? placeholderKey('login', 'the cluster', variant),
    roster: rosterOf(clusterId, members, nodes, existing, variant),
    nodes,
  };
}

function rosterOf(
  clusterId: string,
  members: readonly RosterMember[],
  nodes: Readonly<Record<string, NodeIdentity>>,
  existing: ExistingIdentities | undefined,
  variant: Variant,
): SignedRoster {
  const signed = existing?.roster;
  const keys = new Map(Object.entries(nodes));
  const format = (serial: number) => formatRoster(clusterId, serial, members, keys, existing?.revoked ?? []);
  if (signed !== undefined && format(signed.serial) === signed.text) return signed;
  const serial = (signed?.serial ?? 0) + 1;
  return { serial, text: format(serial), signature: `not signed yet (${variant})` };
}

function placeholderKeys(name: string, number: number, variant: Variant): NodeKeys {
  return {
    glusterUuid: placeholderUuid(number, variant),
    sshHostKey: placeholderKey('host', name, variant),
    sshClientKey: placeholderKey('node', name, variant),
    tls: {
      keyPem: `TLS key of ${name}, not made yet (${variant})\n`,
      certificatePem: `certificate of ${name}, not made yet (${variant})\n`,
    },
  };
}

function placeholderCertificates(name: string, variant: Variant): NodeCertificates {
  const certificate = (use: string) => `certificate of the ${use} key of ${name}, not made yet (${variant})`;
  return { sshHostCertificate: certificate('host'), sshClientCertificate: certificate('node') };
}

function placeholderKey(use: string, owner: string, variant: Variant): SshIdentity {
  return {
    privateKey: `${use} key of ${owner}, not made yet (${variant})\n`,
    publicKey: `ssh-ed25519 not-made-yet-${variant} ${use} ${owner}`,
  };
}

function placeholderUuid(number: number, variant: Variant): string {
  return `0000000${variant}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
