import type { ClusterIdentities, NodeIdentity, SshIdentity } from './identities.ts';

/**
 * Identities that stand in for those that no build has made yet, so that a plan can be shown before anything is
 * written. No image is ever made from them.
 */
export interface PlaceholderIdentities {
  readonly identities: ClusterIdentities;
  /** The same, but with every placeholder another one: what differs in a plan of both is not known yet. */
  readonly alternative: ClusterIdentities;
}

/** Fills `existing` up with placeholders for the cluster, if it has no identity, and for each of `nodeNames` that has none. */
export function placeholderIdentities(
  nodeNames: readonly string[],
  existing?: ClusterIdentities,
): PlaceholderIdentities {
  return { identities: fillUp(nodeNames, existing, 1), alternative: fillUp(nodeNames, existing, 2) };
}

function fillUp(
  nodeNames: readonly string[],
  existing: ClusterIdentities | undefined,
  variant: 1 | 2,
): ClusterIdentities {
  const nodes: Record<string, NodeIdentity> = {};
  for (const [position, name] of nodeNames.entries()) {
    nodes[name] = existing?.nodes[name] ?? placeholderNode(name, position + 1, variant);
  }
  return {
    clusterId: existing?.clusterId ?? placeholderUuid(0, variant),
    vrrpRouterId: existing?.vrrpRouterId ?? variant,
    ca: existing?.ca ?? { certificatePem: `certificate of the cluster, not made yet (${variant})\n` },
    loginKey: existing?.loginKey ?? placeholderKey('login', 'the cluster', variant),
    nodes,
  };
}

function placeholderNode(name: string, number: number, variant: 1 | 2): NodeIdentity {
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

function placeholderKey(use: string, owner: string, variant: 1 | 2): SshIdentity {
  return {
    privateKey: `${use} key of ${owner}, not made yet (${variant})\n`,
    publicKey: `ssh-ed25519 not-made-yet-${variant} ${use} ${owner}`,
  };
}

function placeholderUuid(number: number, variant: 1 | 2): string {
  return `0000000${variant}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
