import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../../builder/cluster/model/network-of.ts';
import { defaultCluster, exampleNode, wifiCluster } from '../../node/render/support/example-cluster.ts';

const { network } = defaultCluster();
const { wifi } = wifiCluster().network;

describe('networkOf', () => {
  it.each([
    ['eth0', 20, 'eth0.20'],
    ['enp0s31f6', 4094, 'enp0s31f6.4094'],
    // 15 characters are the most that Linux has for the name of an interface.
    ['enx00112233', 4094, 'vlan4094'],
    ['enx001122334455', 2, 'vlan2'],
  ])('names the VLAN on %s with number %i %s', (wired, vlan, expected) => {
    const cluster = defaultCluster({ network: { ...network, vlan } });
    const found = networkOf(cluster, exampleNode(1, { interface: wired }));
    expect(found).toEqual({ medium: 'vlan', interface: expected, wiredInterface: wired });
    expect(found.interface.length).toBeLessThanOrEqual(15);
  });

  it('takes the Wi-Fi adapter that the definition names, also of a board without one of its own', () => {
    const cluster = defaultCluster();
    const link = { interface: 'wlx0011', wifi };
    const { wifi_interface: _, ...profile } = exampleNode(1).profile;
    for (const node of [exampleNode(1, link), exampleNode(1, { ...link, profile })]) {
      expect(networkOf(cluster, node)).toEqual({
        medium: 'wifi',
        interface: 'wlx0011',
        wiredInterface: 'eth0',
      });
    }
  });
});
