import { describe, expect, it } from 'vitest';
import {
  renderCatalogue,
  type BoxCatalogue,
  type CatalogueBox,
} from '../../../../builder/make/vagrant/box-catalogue.ts';
import { describeMachines } from '../../../../builder/make/vagrant/machines.ts';
import { vagrantCluster, vagrantObstacle } from '../../../../builder/make/vagrant/vagrant-cluster.ts';
import { defaultCluster } from '../../node/render/support/example-cluster.ts';

const loginKey = 'ssh-ed25519 AAAAlogin cluster';
const options = { hasVagrantUser: false, loginKey };

describe('a cluster of machines of Vagrant', () => {
  const cluster = defaultCluster();
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error('the example has no node');
  const pc = { ...node, profileName: 'x86', profile: { ...node.profile, platform: 'pc' as const } };

  it('has its LAN on the second card, and its brick on the second disk', () => {
    const vagrant = vagrantCluster(
      {
        ...cluster,
        storage: { type: 'glusterfs', replicas: 3, arbiter: false, disk: null, waitSeconds: 300 },
      },
      options,
    );
    expect(vagrant.network).toMatchObject({ managementInterface: 'eth0', wifi: null });
    expect(vagrant.nodes).toMatchObject(
      cluster.nodes.map(({ storesData }) => ({
        interface: 'eth1',
        mac: null,
        wifi: null,
        disk: storesData ? '/dev/dlimage-brick' : null,
      })),
    );
    expect(vagrant.storage).toMatchObject({ disk: '/dev/dlimage-brick' });
  });

  it('lets the login key in beside the keys of the first user', () => {
    const [user] = cluster.users;
    const keys = ['ssh-ed25519 AAAAanna anna'];
    const users = [{ ...user!, authorizedKeys: keys }];
    expect(vagrantCluster({ ...cluster, users }, options).users[0]?.authorizedKeys).toEqual([
      ...keys,
      loginKey,
    ]);
    // Without a key of their own people have this one already.
    const without = [{ ...user!, authorizedKeys: [] }];
    expect(vagrantCluster({ ...cluster, users: without }, options).users[0]?.authorizedKeys).toEqual([]);
  });

  it('has the user that everybody may be only when it was asked for', () => {
    const namesOf = (hasVagrantUser: boolean) =>
      vagrantCluster(cluster, { ...options, hasVagrantUser }).users.map(({ name }) => name);
    expect(namesOf(false)).not.toContain('vagrant');
    expect(namesOf(true)).toContain('vagrant');
    const uids = vagrantCluster(cluster, { ...options, hasVagrantUser: true }).users.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it('is made of PCs with static addresses on a network without VLAN', () => {
    expect(vagrantObstacle({ ...cluster, nodes: [pc] })).toBeNull();
    expect(vagrantObstacle({ ...cluster, nodes: [node] })).toContain('--profile x86');
    expect(vagrantObstacle({ ...cluster, nodes: [{ ...pc, address: null }] })).toContain('address');
    expect(vagrantObstacle({ ...cluster, nodes: [pc], network: { ...cluster.network, vlan: 20 } })).toContain(
      'VLAN',
    );
  });

  it('is described for the Vagrantfile, each machine with a hardware address of its own', () => {
    const seeded = vagrantCluster(cluster, options);
    const described = describeMachines(seeded, true, 'an-id', { user: 'anna', key: null });
    expect(described).toMatchObject({ netmask: '255.255.255.0', host_address: cluster.network.gateway });
    const macs = described.machines.map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(cluster.nodes.length);
    for (const mac of macs) expect(mac).toMatch(/^525400[0-9a-f]{6}$/);
    expect(described.machines[0]).toMatchObject({
      box: `dlimage/${cluster.name}`,
      seed: `${node.name}.seed.iso`,
    });
    const perNode = describeMachines(seeded, false, 'an-id', {
      user: 'anna',
      key: null,
    });
    expect(perNode.machines[0]).toMatchObject({ box: `dlimage/${node.name}`, seed: null });
    expect(perNode.machines[0]?.mac).toBe(macs[0]);
  });
});

describe('the catalogue of a box', () => {
  const libvirt: CatalogueBox = { provider: 'libvirt', url: 'file:///x86.box', sha256: 'a'.repeat(64) };
  const render = (
    boxes: readonly CatalogueBox[],
    previous: BoxCatalogue | null,
    version: string | null = null,
  ) => JSON.parse(renderCatalogue('dlimage/x86', 'a box', boxes, { version, previous })) as BoxCatalogue;
  const first = render([libvirt], null);
  const versionOf = (catalogue: BoxCatalogue) => catalogue.versions.map(({ version }) => version);

  it('counts on from a version with words in it, to a higher one', () => {
    const other = { ...libvirt, sha256: 'e'.repeat(64) };
    for (const [last, next] of [
      ['1.2.0-rc1', '1.2.1'],
      ['2026.11', '2026.12'],
    ] as const)
      expect(versionOf(render([other], render([libvirt], null, last)))).toEqual([next]);
  });

  it('says where a box is, its checksum and its architecture', () => {
    expect(first).toMatchObject({
      name: 'dlimage/x86',
      versions: [
        {
          version: '1.0.0',
          providers: [
            {
              name: 'libvirt',
              url: 'file:///x86.box',
              checksum_type: 'sha256',
              checksum: libvirt.sha256,
              architecture: 'amd64',
              default_architecture: true,
            },
          ],
        },
      ],
    });
  });

  it('counts on exactly when a box is another', () => {
    const other = { ...libvirt, sha256: 'b'.repeat(64) };
    expect(versionOf(render([libvirt], first))).toEqual(['1.0.0']);
    expect(versionOf(render([other], first))).toEqual(['1.0.1']);
    expect(versionOf(render([other], render([libvirt], null, '2.9'))).at(0)).toBe('2.10');
    const both = [libvirt, { provider: 'virtualbox', url: 'file:///v', sha256: 'c'.repeat(64) } as const];
    expect(versionOf(render(both, first))).toEqual(['1.0.0']);
  });

  it('takes a version that was asked for', () => {
    expect(versionOf(render([libvirt], first, '3.1.4'))).toEqual(['3.1.4']);
  });
});
