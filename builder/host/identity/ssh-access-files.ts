import { join } from 'node:path';
import type { Cluster } from '../../definition/cluster.ts';
import type { ExistingIdentities } from '../../identity/identities.ts';
import { formatKnownHosts, formatSshConfig, loginUser } from '../../identity/ssh-access.ts';
import { writeFileAtomically } from '../files.ts';
import { loginKeyFile } from './login-key-file.ts';

/**
 * Writes `ssh_config` and `known_hosts` beside the identities, with the login key if people have none of their own.
 *
 * @param directory - the store of this cluster, which exists; absolute
 * @returns path of the ssh configuration
 */
export async function writeSshAccess(
  directory: string,
  cluster: Cluster,
  identities: ExistingIdentities,
): Promise<string> {
  const knownHosts = join(directory, 'known_hosts');
  const config = join(directory, 'ssh_config');
  const loginKey = loginUser(cluster).hasOwnKey ? undefined : await loginKeyFile(directory);
  await writeFileAtomically(knownHosts, formatKnownHosts(cluster.nodes, identities));
  await writeFileAtomically(config, formatSshConfig(cluster, { knownHosts, loginKey }));
  return config;
}
