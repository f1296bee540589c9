import { loginKeyFile } from '../../cluster/identity/host/login-key-file.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import { loginUser } from '../../cluster/identity/ssh-access.ts';
import type { Cluster } from '../../cluster/model/cluster.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import type { BuiltItem } from './build-artifacts.ts';
import type { MakeRequest } from './make-request.ts';
import { writeVagrantFiles } from '../vagrant/host/write-vagrant-files.ts';

/** Writes what Vagrant reads beside the boxes that were built. */
export async function describeForVagrant(
  { boxes, delivery, outputDirectory, stateDirectory }: MakeRequest,
  cluster: Cluster,
  { clusterId, loginKey }: ClusterIdentities,
  assets: Assets,
  built: readonly BuiltItem[],
): Promise<void> {
  const ssh = boxes.hasVagrantUser
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
