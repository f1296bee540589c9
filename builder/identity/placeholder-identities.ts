import type { ClusterIdentities, NodeIdentity, SshIdentity } from './identities.ts';

const nothing = '00000000-0000-4000-8000';

/**
 * Identities that stand in for those that no build has made yet, so that a plan can be shown before anything
 * is written. They hold no key, and an image is never made from them: see `PlanOptions.placeholders`.
 */
export function placeholderIdentities(
  nodeNames: readonly string[],
  existing?: ClusterIdentities,
): ClusterIdentities {
  const nodes = nodeNames.map((name, position) => [name, existing?.nodes[name] ?? placeholderNode(name, position)]);
  return {
    clusterId: existing?.clusterId ?? `${nothing}-000000000000`,
    vrrpRouterId: existing?.vrrpRouterId ?? 1,
    ca: existing?.ca ?? { certificatePem: 'certificate of the cluster, not made yet\n' },
    loginKey: existing?.loginKey ?? placeholderPair('login', 'the cluster'),
    nodes: Object.fromEntries(nodes) as Record<string, NodeIdentity>,
  };
}

function placeholderNode(name: string, position: number): NodeIdentity {
  return {
    glusterUuid: `${nothing}-${(position + 1).toString(16).padStart(12, '0')}`,
    sshHostKey: placeholderPair('host', name),
    sshClientKey: placeholderPair('node', name),
    tls: { keyPem: `TLS key of ${name}, not made yet\n`, certificatePem: `certificate of ${name}, not made yet\n` },
  };
}

function placeholderPair(use: string, of: string): SshIdentity {
  return {
    privateKey: `${use} key of ${of}, not made yet\n`,
    publicKey: `ssh-ed25519 not-made-yet ${use} ${of}`,
  };
}
