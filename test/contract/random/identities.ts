import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../builder/cluster/model/cluster.ts';
import { ensureIdentities } from '../../../builder/cluster/identity/host/identity-store.ts';
import { silentProgress } from '../../../builder/system/host/progress.ts';
import type { ClusterIdentities } from '../../../builder/cluster/identity/identities.ts';
import { exampleIdentities } from '../../golden/support/example-identities.ts';

/** Gives the nodes of any cluster the real keys of one node: sshd reads them, and making new ones takes too long. */
export async function makeSharedIdentities(): Promise<(cluster: Cluster) => ClusterIdentities> {
  const directory = await mkdtemp(join(tmpdir(), 'dlimage-random-keys-'));
  try {
    const only = {
      name: 'only',
      index: 0,
      address: '192.0.2.1',
      role: 'manager',
      storesData: true,
      arbiter: false,
      labels: {},
    } as const;
    const real = await ensureIdentities(directory, { name: 'random', nodes: [only] }, silentProgress);
    const keys = real.nodes['only'];
    if (keys === undefined) throw new Error('no identity was made');
    return (cluster) => ({
      ...exampleIdentities(cluster),
      ca: real.ca,
      sshAuthority: real.sshAuthority,
      loginKey: real.loginKey,
      nodes: Object.fromEntries(
        Object.entries(exampleIdentities(cluster).nodes).map(([name, { glusterUuid }]) => [
          name,
          { ...keys, glusterUuid },
        ]),
      ),
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
