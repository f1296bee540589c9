import { join } from 'node:path';
import type { Cluster } from '../../../builder/cluster/model/cluster.ts';
import { ownImages, type Delivery } from '../../../builder/node/delivery.ts';
import { vagrantCluster } from '../../../builder/make/vagrant/vagrant-cluster.ts';
import { loadCluster } from '../../../builder/cluster/host/load-cluster.ts';

/** The definitions that are rendered as examples; they say all that would otherwise come from the machine. */
export const exampleNames = [
  'pi3-default',
  'mixed-boards',
  'pi4-wifi',
  'odd-network',
  'x86-nfs',
  'x86-vagrant',
  'vendor-bases',
  'smallest-member',
] as const;

export type ExampleName = (typeof exampleNames)[number];

/** How the nodes of an example come into being. */
export function deliveryOf(name: ExampleName): Delivery {
  return name === 'x86-vagrant' ? { isSeeded: true, isVagrant: true } : ownImages;
}

/** One of the definitions beside this folder, written out in full; one as a box of Vagrant has it. */
export async function loadExample(name: ExampleName): Promise<Cluster> {
  const file = join(import.meta.dirname, '../definitions', `${name}.yaml`);
  const { cluster } = await loadCluster(file, { argv: [] });
  if (name !== 'x86-vagrant') return cluster;
  const loginKey =
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZha2Uga2V5IG9mIHRoZSBjbHVzdGVyLi4uLi4uLi4u login@lab';
  return vagrantCluster(cluster, { hasVagrantUser: true, loginKey });
}
