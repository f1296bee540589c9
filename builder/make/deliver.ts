import type { ClusterIdentities } from '../cluster/identity/identities.ts';
import type { Cluster } from '../cluster/model/cluster.ts';
import type { Delivery } from '../node/delivery.ts';
import { vagrantCluster } from './vagrant/vagrant-cluster.ts';

/** The cluster in the form in which its nodes come into being. */
export function deliver(
  cluster: Cluster,
  { isVagrant }: Delivery,
  { loginKey }: Pick<ClusterIdentities, 'loginKey'>,
  hasVagrantUser: boolean,
): Cluster {
  if (!isVagrant) return cluster;
  return vagrantCluster(cluster, { hasVagrantUser, loginKey: loginKey.publicKey });
}
