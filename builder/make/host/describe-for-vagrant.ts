import { loginKeyFile } from '../../cluster/identity/host/login-key-file.ts';
import { loginUser } from '../../cluster/identity/ssh-access.ts';
import type { BuiltItem } from './build-artifacts.ts';
import type { MakeRequest } from './make-request.ts';
import type { ReadyCluster } from './ready-cluster.ts';
import { writeVagrantFiles } from '../vagrant/host/write-vagrant-files.ts';

/** Writes what Vagrant reads beside the boxes that were built. */
export async function describeForVagrant(
  { boxes, delivery, hasVagrantUser, outputDirectory, stateDirectory }: MakeRequest,
  { cluster, identities: { clusterId, loginKey }, assets }: ReadyCluster,
  built: readonly BuiltItem[],
): Promise<void> {
  const ssh = hasVagrantUser
    ? { user: 'vagrant', key: null }
    : { user: loginUser(cluster), key: await loginKeyFile(stateDirectory, loginKey) };
  await writeVagrantFiles({
    directory: outputDirectory,
    cluster,
    isSeeded: delivery.isSeeded,
    clusterId,
    assets,
    ssh,
    publishing: boxes,
    items: built.map(({ record }) => record),
  });
}
