import type { Cluster } from '../../../builder/cluster/model/cluster.ts';
import type {
  ClusterIdentities,
  NodeIdentity,
  SshIdentity,
} from '../../../builder/cluster/identity/identities.ts';
import { formatRoster } from '../../../builder/cluster/identity/roster.ts';

const clusterId = 'cccccccc-0000-4000-8000-000000000001';

/** Identities that are the same in every run and open no door: their keys are words. */
export function exampleIdentities(cluster: Cluster): ClusterIdentities {
  const nodes: Record<string, NodeIdentity> = {};
  for (const { name, index } of cluster.nodes) {
    nodes[name] = {
      glusterUuid: `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, '0')}`,
      sshHostKey: pair('host', name),
      sshClientKey: pair('node', name),
      sshHostCertificate: certificate('host', name),
      sshClientCertificate: certificate('node', name),
      tls: { keyPem: `fake TLS key of ${name}\n`, certificatePem: `fake certificate of ${name}\n` },
    };
  }
  return {
    clusterId,
    vrrpRouterId: 77,
    sshAuthority: pair('authority', cluster.name).publicKey,
    roster: {
      serial: 1,
      text: formatRoster(clusterId, 1, cluster.nodes, new Map(Object.entries(nodes)), []),
      signature: Buffer.from('fake signature of the roster').toString('base64'),
    },
    ca: { certificatePem: 'fake certificate of the authority\n' },
    loginKey: pair('login', cluster.name),
    nodes,
  };
}

function pair(use: string, of: string): SshIdentity {
  const text = Buffer.from(`fake ${use} ${of}`.padEnd(51, '.')).toString('base64');
  return { privateKey: `fake private ${use} key of ${of}\n`, publicKey: `ssh-ed25519 ${text} ${use} ${of}` };
}

function certificate(use: string, of: string): string {
  const text = Buffer.from(`fake certificate of the ${use} key of ${of}`).toString('base64');
  return `ssh-ed25519-cert-v01@openssh.com ${text} ${use} ${of}`;
}
