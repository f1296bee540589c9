import { describe, expect, it } from 'vitest';
import { formatKnownHosts, formatSshConfig } from '../../../../builder/cluster/identity/ssh-access.ts';
import { exampleIdentities } from '../../../golden/support/example-identities.ts';
import { defaultCluster, exampleNode } from '../../node/render/support/example-cluster.ts';

const nodes = [exampleNode(1), exampleNode(2, { address: null, role: 'worker' })];
const cluster = defaultCluster({ nodes });
const identities = exampleIdentities(cluster);

describe('the ssh configuration', () => {
  it('names every node, its address, the user and where the host keys are', () => {
    const config = formatSshConfig(cluster, {
      knownHosts: '/state dir/100%/known_hosts',
      identityFiles: ['/home/ada/.ssh/id_ed25519', '/state dir/login_key'],
    });
    expect(config).toBe(`# The nodes of pi3, made by dlimage build: ssh -F THIS_FILE NODE
Host pi3-1
  HostName 192.168.1.101
  HostKeyAlias pi3-1
Host pi3-2
  HostKeyAlias pi3-2
Host *
  User dlimage
  UserKnownHostsFile "/state dir/100%%/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  IdentityFile "/home/ada/.ssh/id_ed25519"
  IdentityFile "/state dir/login_key"
`);
  });
});

describe('the known hosts', () => {
  it('are whatever the authority certified for these nodes, and the keys themselves', () => {
    const [authority, ...keys] = formatKnownHosts(nodes, identities).trimEnd().split('\n');
    expect(authority).toBe(`@cert-authority pi3-1,192.168.1.101,pi3-2 ${identities.sshAuthority}`);
    expect(keys).toEqual([
      `pi3-1,192.168.1.101 ${identities.nodes['pi3-1']?.sshHostKey.publicKey}`,
      `pi3-2 ${identities.nodes['pi3-2']?.sshHostKey.publicKey}`,
    ]);
  });

  it('of a store that is older than the authority are the keys alone, and of a new node nothing', () => {
    const { 'pi3-2': _new, ...old } = identities.nodes;
    const text = formatKnownHosts(nodes, { ...identities, sshAuthority: undefined, nodes: old });
    expect(text).toBe(`pi3-1,192.168.1.101 ${identities.nodes['pi3-1']?.sshHostKey.publicKey}\n`);
  });
});
