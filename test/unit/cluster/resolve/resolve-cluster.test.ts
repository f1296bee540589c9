import { describe, expect, it } from 'vitest';
import type { HostPath } from '../../../../builder/cluster/model/environment.ts';
import { publicKey } from '../../../errors/world.ts';
import { resolved, understand } from '../understand.ts';

const roles = (text: string) =>
  resolved(text)
    .nodes.map(({ role }) => role[0])
    .join('');

const addresses = (text: string) => resolved(text).nodes.map(({ address }) => address);

const storing = (text: string) =>
  resolved(text).nodes.flatMap(({ index, storesData }) => (storesData ? [index] : []));

const look = (
  written: string,
  purpose: 'profile' | 'base',
  from: HostPath['from'],
  text?: string,
): HostPath => ({
  written,
  purpose,
  from,
  kind: 'file',
  absolutePath: `/project/${written}`,
  realPath: `/real/${written}`,
  sizeBytes: 1,
  ...(text === undefined ? {} : { text }),
});

const pools = (subnet: string) => resolved(undefined, { subnet }).swarm.addressPools;

const found = (written: string, more: Partial<HostPath>): HostPath => ({
  purpose: 'extra-file',
  written,
  from: 'definition',
  kind: 'file',
  absolutePath: `/project/${written}`,
  realPath: `/project/${written}`,
  sizeBytes: 5,
  ...more,
});

it('numbers people around the numbers that are written', () => {
  const users = '[{ name: a }, { name: b, uid: 1000 }, { name: c, uid: 1002 }, { name: d }, { name: e }]';
  expect(resolved(`users: ${users}\n`).users.map(({ uid }) => uid)).toEqual([1001, 1000, 1002, 1003, 1004]);
});

describe('no definition at all', () => {
  it('makes three Raspberry Pi 3 in 192.168.1.0/24', () => {
    const cluster = resolved(undefined);
    expect(cluster).toMatchObject({
      name: 'pi3',
      network: { subnet: '192.168.1.0/24', prefixLength: 24, gateway: '192.168.1.1', dns: ['192.168.1.1'] },
      vip: '192.168.1.253',
      users: [
        {
          name: 'dlimage',
          uid: 1000,
          authorizedKeys: [publicKey],
          sudo: true,
          groups: [],
          shell: '/bin/bash',
        },
      ],
      timezone: 'UTC',
      locale: 'C.UTF-8',
      storage: { type: 'glusterfs', replicas: 3, disk: null },
      swarm: {
        addressPools: ['10.201.0.0/16'],
        subnetPrefixLength: 24,
        dataPathPort: 4789,
        certificateDays: 3650,
        isEncrypted: false,
      },
      packages: [],
      files: [],
    });
    expect(
      cluster.nodes.map(({ name, role, address, storesData }) => [name, role, address, storesData]),
    ).toEqual([
      ['pi3-1', 'manager', '192.168.1.101', true],
      ['pi3-2', 'manager', '192.168.1.102', true],
      ['pi3-3', 'manager', '192.168.1.103', true],
    ]);
  });

  it('says which defaults it took, in a form that can be written down', () => {
    const { defaults } = understand(undefined);
    expect(Object.fromEntries(defaults.map(({ key, value }) => [key, value]))).toEqual({
      profile: 'pi3',
      name: 'pi3',
      base: 'debian-13',
      count: '3',
      'network.subnet': '192.168.1.0/24',
      'network.gateway': '192.168.1.1',
      'network.dns': '192.168.1.1',
      vip: '192.168.1.253',
      users: 'dlimage',
      'ssh.authorized_keys': '~/.ssh/id_ed25519.pub',
      timezone: 'UTC',
      locale: 'C.UTF-8',
      'storage.type': 'glusterfs',
      'storage.replicas': '3',
      'swarm.address_pools': '10.201.0.0/16',
    });
  });
});

describe('names', () => {
  it('come from the profile, or the cluster', () => {
    expect(resolved('profile: x86\n').nodes[0]?.name).toBe('x86-1');
    expect(resolved('name: home\n').nodes[2]?.name).toBe('home-3');
    expect(resolved('nodes: [{ name: a }, {}, { name: c }]\n').nodes.map(({ name }) => name)).toEqual([
      'a',
      'pi3-2',
      'c',
    ]);
  });
});

describe('roles', () => {
  it.each([
    ['count: 1', 'm'],
    ['count: 2', 'mw'],
    ['count: 4', 'mmmw'],
    ['count: 5', 'mmmww'],
    ['{ count: 5, profile: x86 }', 'mmmww'],
    ['nodes: [{}, {}, {}, { role: manager }, { role: manager }, {}]', 'mwwmmw'],
    ['nodes: [{ role: worker }, {}, {}, {}]', 'wmmm'],
    ['nodes: [{ dhcp: true }, {}, {}, {}]', 'wmmm'],
    ['nodes: [{}, {}, {}, { role: manager }]', 'mmwm'],
    ['nodes: [{ role: manager }, { role: worker }, { role: worker }]', 'mww'],
  ])('of %s are %s', (text, expected) => {
    expect(roles(text)).toBe(expected);
  });
});

describe('addresses', () => {
  it('follow first_address and leave out the gateway and the virtual IP', () => {
    const text =
      'count: 3\nnetwork: { subnet: 10.0.0.0/24, first_address: 10.0.0.1, gateway: 10.0.0.2 }\nvip: 10.0.0.4\n';
    expect(addresses(text)).toEqual(['10.0.0.1', '10.0.0.3', '10.0.0.5']);
  });

  it('fit into a small subnet', () => {
    const cluster = resolved('{ count: 4, network: { subnet: 10.0.0.0/29 } }');
    expect(cluster.nodes.map(({ address }) => address)).toEqual([
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
      '10.0.0.5',
    ]);
    expect(cluster.vip).toBe('10.0.0.6');
  });

  it('stay what they are when another node gets one of its own, or a node is added', () => {
    const before = addresses('nodes: [{}, {}, {}]');
    expect(addresses('nodes: [{}, { address: 192.168.1.50 }, {}]')).toEqual([
      before[0],
      '192.168.1.50',
      before[2],
    ]);
    expect(addresses('count: 6').slice(0, 3)).toEqual(before);
  });

  it('are left to DHCP where the definition says so', () => {
    expect(addresses('nodes: [{}, {}, {}, { dhcp: true }, {}]')).toEqual([
      '192.168.1.101',
      '192.168.1.102',
      '192.168.1.103',
      null,
      '192.168.1.105',
    ]);
  });

  it('need no virtual IP', () => {
    expect(resolved('vip: false').vip).toBeNull();
    expect(resolved('vip: 192.168.1.9', { vip: 'none' }).vip).toBeNull();
    expect(resolved('{ count: 1, vip: 192.168.1.9 }').vip).toBe('192.168.1.9');
  });
});

describe('storage', () => {
  it.each([
    ['count: 1', [1]],
    ['count: 2', [1, 2]],
    ['count: 9', [1, 2, 3]],
    ['{ count: 5, storage: { replicas: all } }', [1, 2, 3, 4, 5]],
    ['nodes: [{ role: worker }, {}, {}, {}]', [2, 3, 4]],
    ['{ nodes: [{}, { dhcp: true }, { role: worker }], storage: { replicas: all } }', [1, 3]],
    ['storage: { type: none }', []],
    ['storage: { type: nfs, server: nas, path: /srv }', []],
  ])('of %s is on the nodes %j', (text, indexes) => {
    expect(storing(text)).toEqual(indexes);
  });

  it('with an arbiter has two full copies, and a third node that decides', () => {
    const cluster = resolved('{ count: 4, storage: { arbiter: true, wait_seconds: 60 } }');
    expect(cluster.storage).toMatchObject({ replicas: 2, arbiter: true, waitSeconds: 60 });
    expect(cluster.nodes.map(({ storesData, arbiter }) => [storesData, arbiter])).toEqual([
      [true, false],
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  it('is none by default as soon as one board has none', () => {
    expect(resolved('profile: pi2').storage).toEqual({ type: 'none' });
    expect(resolved('nodes: [{}, {}, { profile: pi2 }]').storage).toEqual({ type: 'none' });
  });

  it('fills in the options of nfs', () => {
    expect(resolved('storage: { type: nfs, server: nas, path: /srv }').storage).toEqual({
      type: 'nfs',
      server: 'nas',
      waitSeconds: 300,
      path: '/srv',
      options: 'vers=4.2,hard,noatime',
    });
  });
});

describe('boards', () => {
  it('are mixed, each node with the default base of its profile', () => {
    const { nodes } = resolved(
      'nodes: [{}, { profile: x86 }, { base: debian-12 }]\nstorage: { type: none }\n',
    );
    expect(
      nodes.map(({ profileName, base }) => [profileName, base.from === 'definition' && base.name]),
    ).toEqual([
      ['pi3', 'debian-13'],
      ['x86', 'debian-13'],
      ['pi3', 'debian-12'],
    ]);
  });

  it('may be files of the user', () => {
    const profile =
      'description: d\narchitecture: arm64\nplatform: raspberry-pi\nmemory_mb: 4096\ninterface: end0\n' +
      'console: ttyS0\nbases: [debian-13]\ndefault_base: debian-13\ndefault_storage: none\n';
    const paths = [
      look('./boards/mine.yaml', 'profile', 'command-line', profile),
      look('./a.img', 'base', 'definition'),
    ];
    const cluster = resolved('base: ./a.img', { profile: './boards/mine.yaml' }, { paths });
    expect(cluster.name).toBe('mine');
    expect(cluster.nodes[0]).toMatchObject({
      profileName: 'mine',
      profile: { interface: 'end0' },
      base: { from: 'file', path: '/real/./a.img' },
    });
  });
});

describe('swarm', () => {
  it('takes a pool that does not touch the local network', () => {
    expect(pools('10.0.0.0/24')).toEqual(['10.201.0.0/16']);
    expect(pools('10.0.0.0/8')).toEqual(['172.30.0.0/16']);
    expect(pools('10.201.7.0/24')).toEqual(['172.30.0.0/16']);
  });
});

describe('users', () => {
  it('have their own keys, or else those of ssh, once each', () => {
    const other = publicKey.replace(' test', ' other');
    const text = `ssh: { authorized_keys: ["${publicKey}", "${publicKey}"] }\nusers: [{ name: ada }, { name: bob, sudo: false, authorized_keys: ["${other}"] }]\n`;
    expect(resolved(text).users).toEqual([
      { name: 'ada', uid: 1000, authorizedKeys: [publicKey], sudo: true, groups: [], shell: '/bin/bash' },
      { name: 'bob', uid: 1001, authorizedKeys: [other], sudo: false, groups: [], shell: '/bin/bash' },
    ]);
  });
});

describe('files', () => {
  it('get their mode and owner from the definition, or from what they are', () => {
    const text =
      'users: [{ name: ada }]\nfiles:\n  - { source: a, path: /a }\n  - { source: b, path: /b }\n' +
      '  - { source: c, path: /c }\n  - { source: a, path: /d, mode: "4750", owner: ada, nodes: [pi3-1] }\n  - { source: a, path: /e, owner: "33:root" }\n';
    const paths = [
      found('a', {}),
      found('b', { mode: 0o755 }),
      found('c', { kind: 'directory', sizeBytes: 4096 }),
    ];
    const files = resolved(text, {}, { paths }).files;
    expect(
      files.map(({ path, kind, mode, owner, nodes, sizeBytes }) => [
        path,
        kind,
        mode,
        owner,
        nodes,
        sizeBytes,
      ]),
    ).toEqual([
      ['/a', 'file', 0o644, null, [], 5],
      ['/b', 'file', 0o755, null, [], 5],
      ['/c', 'directory', null, null, [], 0],
      ['/d', 'file', 0o4750, { uid: 1000, gid: 1000 }, ['pi3-1'], 5],
      ['/e', 'file', 0o644, { uid: 33, gid: 0 }, [], 5],
    ]);
  });
});
