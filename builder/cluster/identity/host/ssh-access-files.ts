import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../model/cluster.ts';
import type { ExistingIdentities } from '../identities.ts';
import { formatKnownHosts, formatSshConfig } from '../ssh-access.ts';
import { readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';
import { loginKeyFile } from './login-key-file.ts';

/** Facts that ssh needs about a cluster. */
export interface SshAccess {
  readonly cluster: Cluster;
  readonly identities: ExistingIdentities;
  /** Private keys to try before the cluster's login key. */
  readonly identityFiles: readonly string[];
}

/**
 * Writes `ssh_config`, `known_hosts` and the login key into the store: nodes that were built when nobody had a key of
 * their own are let in by it.
 *
 * @param store - the store of this cluster, which exists; absolute
 * @returns path of the ssh configuration
 */
export async function writeSshAccess(store: string, access: SshAccess): Promise<string> {
  return await writeConfig(store, access, await loginKeyFile(store, access.identities.loginKey));
}

/** Gives such a configuration to `use` in a private folder: to look at a cluster changes nothing in its store. */
export async function withSshAccess<T>(
  store: string,
  access: SshAccess,
  use: (config: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dlimage-ssh-'));
  try {
    const stored = join(store, 'login_key');
    const isStored = (await readTextIfExists(stored)) !== undefined;
    const loginKey = isStored ? stored : await loginKeyFile(folder, access.identities.loginKey);
    return await use(await writeConfig(folder, access, loginKey));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeConfig(
  directory: string,
  { cluster, identities, identityFiles }: SshAccess,
  loginKey: string,
): Promise<string> {
  const knownHosts = join(directory, 'known_hosts');
  const config = join(directory, 'ssh_config');
  const paths = { knownHosts, identityFiles: [...identityFiles, loginKey] };
  await writeFileAtomically(knownHosts, formatKnownHosts(cluster.nodes, identities));
  await writeFileAtomically(config, formatSshConfig(cluster, paths));
  return config;
}
