import type { Cluster, ClusterNode } from '../model/cluster.ts';
import type { ExistingIdentities } from './identities.ts';
import { revokedSshKeys } from './revoked-keys.ts';

/** Files that an ssh configuration names, as absolute paths. */
export interface SshAccessPaths {
  readonly knownHosts: string;
  /** Private keys in the order in which ssh tries them; those of an agent come first. */
  readonly identityFiles: readonly string[];
}

/** Name of the user that the builder logs in as: the first of the definition. */
export function loginUser(cluster: Cluster): string {
  return cluster.users[0]?.name ?? '';
}

/** Configuration for `ssh -F`: logs in to every node by its name, and takes no other machine for one. */
export function formatSshConfig(cluster: Cluster, { knownHosts, identityFiles }: SshAccessPaths): string {
  const hosts = cluster.nodes.map(
    ({ name, address }) =>
      `Host ${name}\n${address === null ? '' : `  HostName ${address}\n`}  HostKeyAlias ${name}\n`,
  );
  return [
    `# The nodes of ${cluster.name}, made by dlimage build: ssh -F THIS_FILE NODE\n`,
    ...hosts,
    'Host *\n',
    `  User ${loginUser(cluster)}\n`,
    `  UserKnownHostsFile ${quotePath(knownHosts)}\n`,
    '  GlobalKnownHostsFile /dev/null\n',
    '  StrictHostKeyChecking yes\n',
    ...identityFiles.map((file) => `  IdentityFile ${quotePath(file)}\n`),
  ].join('');
}

/**
 * Host keys of the nodes: whatever the cluster's authority has certified, and the very keys, by which nodes are known
 * whose images are older than the authority. What it has certified and the roster revokes is no node's.
 */
export function formatKnownHosts(nodes: readonly ClusterNode[], identities: ExistingIdentities): string {
  const lines = nodes.flatMap(({ name, address }) => {
    const key = identities.nodes[name]?.sshHostKey.publicKey;
    return key === undefined ? [] : [`${address === null ? name : `${name},${address}`} ${key}`];
  });
  const names = nodes.flatMap(({ name, address }) => (address === null ? [name] : [name, address]));
  const authority = identities.sshAuthority;
  const certified = authority === undefined ? [] : [`@cert-authority ${names.join(',')} ${authority}`];
  const revoked = revokedSshKeys(identities.roster?.text ?? '{}').map((key) => `@revoked * ${key}`);
  return `${[...certified, ...revoked, ...lines].join('\n')}\n`;
}

/** A path as one word of ssh_config, in which a percent sign begins a token. */
function quotePath(path: string): string {
  return `"${path.replaceAll('%', '%%').replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
