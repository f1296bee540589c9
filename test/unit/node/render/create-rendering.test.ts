import { describe, expect, it } from 'vitest';
import type { Cluster, ClusterNode } from '../../../../builder/cluster/model/cluster.ts';
import type { RenderOptions } from '../../../../builder/node/render/create-rendering.ts';
import { defaultCluster, exampleNode, wifiCluster } from './support/example-cluster.ts';
import { pathsOf, prepare, renderAll, textOf, written } from './support/render-all.ts';
import { changedAssets } from './support/shipped-assets.ts';

describe('a rendered node', () => {
  it('is the same in every run', () => {
    const [one, other] = [renderAll(defaultCluster()), renderAll(defaultCluster())];
    expect(one.map(written)).toEqual(other.map(written));
  });

  it('has its entries sorted, each path once', () => {
    for (const { entries } of renderAll(defaultCluster())) {
      const keys = entries.map(({ entry }) => `${entry.partition}:${entry.path}`);
      expect(keys).toEqual([...new Set(keys)].toSorted());
    }
  });

  it('shares what is the same on all nodes as one object', () => {
    const [first, second] = renderAll(defaultCluster());
    const shared = first?.entries.filter((one) => one.shared && second?.entries.includes(one)) ?? [];
    expect(shared.map(({ entry }) => entry.path)).toEqual(
      expect.arrayContaining([
        '/etc/hosts',
        '/etc/dlimage/ssh/known_hosts',
        '/etc/dlimage/ssh/authorized_keys',
        '/usr/lib/dlimage/peer-command',
      ]),
    );
    const own = first?.entries.filter((one) => !one.shared).map(({ entry }) => entry.path) ?? [];
    expect(own).toEqual(expect.arrayContaining(['/etc/dlimage/node.env', '/etc/hostname', '/user-data']));
  });

  it('does not grow with the cluster in what is its own', () => {
    const sizeOfOwn = (count: number): number => {
      const workers = Array.from({ length: count - 3 }, (_, index) =>
        exampleNode(index + 4, { role: 'worker', storesData: false }),
      );
      const cluster = defaultCluster({ nodes: [1, 2, 3].map((index) => exampleNode(index)).concat(workers) });
      const { entries } = prepare(cluster).renderNode(
        exampleNode(count, { role: 'worker', storesData: false }),
      );
      const sizes = entries.map(({ entry, shared }) =>
        !shared && entry.kind === 'file' && entry.content.from === 'bytes'
          ? entry.content.bytes.byteLength
          : 0,
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    // Two more digits in the index, the count and the name.
    expect(sizeOfOwn(400) - sizeOfOwn(10)).toBeLessThan(60);
  });
});

describe('secrets', () => {
  const cluster = wifiCluster();

  it('are only in entries that are marked, on the root partition, and closed to others', () => {
    for (const rendered of renderAll(cluster)) {
      const holding = rendered.entries.filter(({ entry }) =>
        /private|TLS key|correct horse/.test(textOf(rendered, entry.path) ?? ''),
      );
      expect(holding).toHaveLength(4);
      for (const { entry, secret } of holding) {
        expect({ path: entry.path, secret, partition: entry.partition, mode: entry.mode }).toEqual({
          path: entry.path,
          secret: true,
          partition: 'root',
          mode: 0o600,
        });
      }
    }
  });

  it('of other nodes are on no node', () => {
    const [first] = renderAll(defaultCluster());
    for (const path of pathsOf(first))
      expect(textOf(first, path) ?? '').not.toMatch(/(private|TLS key).*of pi3-[234]/);
  });
});

describe('addresses', () => {
  it('own names are never on the loopback with a static address', () => {
    const [first] = renderAll(defaultCluster());
    expect(textOf(first, '/etc/hosts')).not.toMatch(/^127\.0\.1\.1/m);
    expect(textOf(first, '/etc/hosts')).toContain('192.168.1.101 pi3-1\n192.168.1.102 pi3-2\n');
  });

  it('a node with DHCP has its own name there, and is in no list of addresses', () => {
    const dhcp = exampleNode(4, { address: null, role: 'worker', storesData: false });
    const rendered = renderAll(
      defaultCluster({ nodes: [exampleNode(1), exampleNode(2), exampleNode(3), dhcp] }),
    );
    expect(textOf(rendered[3], '/etc/hosts')).toContain('127.0.1.1 pi3-4\n');
    expect(textOf(rendered[0], '/etc/hosts')).not.toContain('pi3-4');
    expect(textOf(rendered[3], '/network-config')).toContain('dhcp4: true');
  });
});

describe('storage', () => {
  it('peers are the other members of the pool, and nobody else has a pool', () => {
    const rendered = renderAll(defaultCluster());
    const peers = rendered.map((one) =>
      pathsOf(one).filter((path) => path.startsWith('/var/lib/glusterd/peers/')),
    );
    expect(peers.map((paths) => paths.map((path) => path.slice(-1)))).toEqual([
      ['2', '3'],
      ['1', '3'],
      ['1', '2'],
      [],
    ]);
    expect(pathsOf(rendered[3])).not.toContain('/var/lib/glusterd/glusterd.info');
  });

  it('without shared storage there is no mount point, no check of it and no glusterd', () => {
    const [first] = renderAll(defaultCluster({ storage: { type: 'none' } }));
    expect(pathsOf(first).filter((path) => /glusterd\/|mnt|ssl/.test(path))).toEqual([]);
    const glusterd = first?.entries.find(
      ({ entry }) => entry.path === '/etc/systemd/system/glusterd.service',
    )?.entry;
    expect(glusterd).toMatchObject({ kind: 'symlink', target: '/dev/null' });
  });

  it('a worker whose GlusterFS does not run has none of a volume that others mount', () => {
    const { base, profile } = exampleNode(4);
    if (base.from !== 'definition') throw new Error('an image');
    const layout = base.definition.platforms!['raspberry-pi-arm64']!;
    const small: ClusterNode['base'] = {
      ...base,
      definition: { ...base.definition, platforms: { 'raspberry-pi-armhf': layout } },
    };
    const nodes = [1, 2, 3].map((index) => exampleNode(index));
    const worker = exampleNode(4, {
      role: 'worker',
      storesData: false,
      base: small,
      profile: { ...profile, architecture: 'armhf' },
    });
    const all = renderAll(defaultCluster({ nodes: [...nodes, worker] }));
    const [first, last] = [all[0], all[3]];
    expect(pathsOf(last).filter((path) => /glusterd\/|mnt|ssl|dlimage-storage/.test(path))).toEqual([]);
    expect(textOf(first, '/etc/dlimage/node.env')).toContain("DLIMAGE_STORAGE='glusterfs'");
    expect(textOf(last, '/etc/dlimage/node.env')).toContain("DLIMAGE_STORAGE='none'");
    expect(textOf(last, '/etc/dlimage/node.env')).toContain("DLIMAGE_MOUNT_POINT=''");
  });
});

describe('the virtual IP', () => {
  it('is for managers, in an order that spans less than the 20 that its holder is raised by', () => {
    const nodes = [1, 2, 3, 4, 5, 6, 7]
      .map((index) => exampleNode(index))
      .concat(exampleNode(8, { role: 'worker' }));
    const configurations = renderAll(defaultCluster({ nodes })).map((one) =>
      textOf(one, '/etc/keepalived/keepalived.conf'),
    );
    const priorities = configurations.map((text) => /priority (\d+)/.exec(text ?? '')?.[1]);
    expect(priorities).toEqual(['150', '148', '146', '144', '142', '140', '138', undefined]);
    expect(configurations[0]).toContain('  unicast_peer {\n    192.168.1.102\n');
    expect(configurations[0]).not.toContain('192.168.1.108');
  });

  it('may be absent', () => {
    const [first] = renderAll(defaultCluster({ vip: null }));
    expect(pathsOf(first)).not.toContain('/etc/keepalived/keepalived.conf');
    expect(textOf(first, '/etc/dlimage/node.env')).toContain("DLIMAGE_VIP=''\n");
  });
});

describe('the seed', () => {
  it('is in the seed directory of an image of the user', () => {
    const [first] = renderAll(
      defaultCluster({ nodes: [exampleNode(1, { base: { from: 'file', path: '/x.img', sha256: null } })] }),
    );
    expect(pathsOf(first)).toContain('/var/lib/cloud/seed/nocloud/user-data');
    expect(first?.entries.every(({ entry }) => entry.partition === 'root')).toBe(true);
  });

  it('has an instance-id that follows from the content alone', () => {
    const idOf = (cluster: Cluster, options?: RenderOptions) =>
      renderAll(cluster, undefined, options)[0]?.instanceId;
    const id = idOf(defaultCluster());
    expect(id).toMatch(/^pi3-pi3-1-[0-9a-f]{12}$/);
    expect(idOf(defaultCluster(), { mtimeSeconds: 1 })).toBe(id);
    expect(idOf(defaultCluster({ timezone: 'Europe/Rome' }))).not.toBe(id);
  });

  it('gives the login key of the cluster to those without a key of their own', () => {
    const users = [
      { name: 'anna', uid: 1000, authorizedKeys: [], sudo: true, groups: [], shell: '/bin/bash' },
    ];
    const [first] = renderAll(defaultCluster({ users }));
    expect(textOf(first, '/user-data')).toContain('login pi3"');
  });

  it('that cloud-init would refuse is an error that names the template', () => {
    const assets = changedAssets({ 'cloud-init/user-data.hbs': '#cloud-config\nhostname: [1]\n' });
    expect(() => renderAll(defaultCluster(), assets)).toThrow(
      "cloud-init/user-data.hbs: what it renders is refused by cloud-init's schema: /hostname must be string",
    );
  });

  it('that is no cloud-config, or no YAML, is an error as well', () => {
    expect(() =>
      renderAll(defaultCluster(), changedAssets({ 'cloud-init/user-data.hbs': 'hostname: a\n' })),
    ).toThrow('does not begin with #cloud-config');
    expect(() =>
      renderAll(defaultCluster(), changedAssets({ 'cloud-init/meta-data.hbs': 'a: [\n' })),
    ).toThrow('cloud-init/meta-data.hbs: what it renders is not YAML');
  });
});

describe('templates that are wrong', () => {
  it('cannot see a node when they are the same for all', () => {
    const assets = changedAssets({ 'overlays/common/rootfs/etc/hosts.hbs': '{{node.name}}' });
    expect(() => renderAll(defaultCluster(), assets)).toThrow(
      'overlays/common/rootfs/etc/hosts.hbs: "name" not defined',
    );
  });

  it('cannot make JSON that nobody can read', () => {
    const assets = changedAssets({ 'overlays/common/rootfs/etc/docker/daemon.json.hbs': '{' });
    expect(() => renderAll(defaultCluster(), assets)).toThrow(
      'daemon.json.hbs: rendered /etc/docker/daemon.json cannot be read',
    );
  });
});
