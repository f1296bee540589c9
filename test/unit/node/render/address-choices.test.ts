import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../../builder/cluster/model/cluster.ts';
import { overlaps, parseSubnet } from '../../../../builder/cluster/values/ipv4.ts';
import { dockerAddressPool } from '../../../../builder/cluster/values/docker-address-pool.ts';
import { glusterOperatingVersion } from '../../../../builder/node/render/gluster-operating-version.ts';
import { defaultCluster, exampleNode } from './support/example-cluster.ts';

function clusterOn(subnet: string, addressPools: readonly string[]): Cluster {
  const cluster = defaultCluster();
  return { ...cluster, network: { ...cluster.network, subnet }, swarm: { ...cluster.swarm, addressPools } };
}

describe('dockerAddressPool', () => {
  it.each([
    ['192.168.1.0/24', ['10.16.0.0/12'], '172.16.0.0/14'],
    ['172.17.3.0/24', ['10.16.0.0/12'], '172.20.0.0/14'],
    ['172.16.0.0/12', ['192.168.0.0/16'], '10.240.0.0/14'],
    ['10.0.0.0/8', ['172.16.0.0/12'], '198.18.0.0/15'],
  ])('on %s with the swarm in %j is %s', (subnet, pools, expected) => {
    expect(dockerAddressPool(clusterOn(subnet, pools))).toBe(expected);
  });

  it('is never the range of the LAN, whatever private network that is', () => {
    for (const subnet of [
      '10.99.0.0/16',
      '172.31.0.0/20',
      '192.168.0.0/16',
      '100.64.0.0/10',
      '198.18.0.0/16',
    ]) {
      const pool = parseSubnet(dockerAddressPool(clusterOn(subnet, ['10.201.0.0/16'])));
      const lan = parseSubnet(subnet);
      expect(pool !== undefined && lan !== undefined && !overlaps(pool, lan), subnet).toBe(true);
    }
  });
});

describe('glusterOperatingVersion', () => {
  const onVersion = (glusterfs: string) => {
    const node = exampleNode(1);
    if (node.base.from !== 'definition') throw new Error('not a definition');
    const { definition } = node.base;
    return {
      ...node,
      base: { ...node.base, definition: { ...definition, software: { ...definition.software, glusterfs } } },
    };
  };

  // Source of the values: shared facts of the project, measured on Debian 10 to 13.
  it.each([
    ['11.1', 110_000],
    ['10.3', 100_000],
    ['9.2', 90_000],
    ['5.5', 50_400],
  ])('of %s is %i', (version, expected) => {
    expect(glusterOperatingVersion([onVersion(version)])).toBe(expected);
  });

  it('is the oldest of a mixed pool, and what everyone speaks for an unknown image', () => {
    expect(glusterOperatingVersion([onVersion('11.1'), onVersion('10.3')])).toBe(100_000);
    expect(
      glusterOperatingVersion([exampleNode(1, { base: { from: 'file', path: '/x.img', sha256: null } })]),
    ).toBe(100_000);
  });
});
