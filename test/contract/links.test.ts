import { afterAll, beforeAll, expect, it } from 'vitest';
import { askNodes, type Answer } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

// Cables, Wi-Fi networks, hardware addresses and sizes of packets, as cloud-init and netplan of the base understand them.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;
let answers: readonly Answer[] = [];

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('odd-network', base);
  answers = await askNodes(
    example.nodes,
    `
    cloud-init init --local >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
    netplan generate --root-dir / 2>&1
    cd /run
    for file in /etc/systemd/network/*-dlimage-* systemd/network/* netplan/wpa-*.conf NetworkManager/system-connections/*; do
      [ ! -e "$file" ] || { echo "== $file"; cat "$file"; }
    done`,
  );
});
afterAll(async () => {
  await example?.remove();
  await base?.remove();
});

function saidBy(name: string): string {
  return answers.find(({ node }) => node.name === name)?.output ?? '';
}

/** The networks of a configuration of wpa_supplicant, each with its settings in alphabetical order. */
function networksOf(text: string): string[] {
  return [...text.matchAll(/^network=\{\n([^}]*)\}/gm)]
    .map(([, settings = '']) => settings.trim().split(/\n\s*/).toSorted().join(' '))
    .toSorted();
}

it('nothing is refused or ignored, and every LAN interface has the size of packets', () => {
  for (const { node, exitCode, output } of answers) {
    expect({ name: node.name, exitCode }).toEqual({ name: node.name, exitCode: 0 });
    expect(output).not.toMatch(/error|warning|too long|ignored/i);
    expect(output).toMatch(/^(?:MTUBytes|mtu)=1400$/m);
  }
});

it('wpa_supplicant gets hidden, open and locked networks', () => {
  expect(networksOf(saidBy('beam'))).toMatchInlineSnapshot(`
    [
      "ieee80211w=1 key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE psk="battery "staple"" scan_ssid=1 ssid=P"cellar"",
      "ieee80211w=1 key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE psk="correct horse" ssid=P"Anna's attic"",
      "ieee80211w=1 key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE psk=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff ssid=P"keyed"",
      "key_mgmt=NONE scan_ssid=1 ssid=P"Küche 5G"",
      "key_mgmt=NONE ssid=P"guests"",
    ]
  `);
});

it('NetworkManager gets one connection for each network', () => {
  const connections = saidBy('gable')
    .split('== ')
    .filter((text) => text.includes('type=wifi'));
  const facts = connections.map((text) => ({
    ssid: /^ssid=(.*)$/m.exec(text)?.[1],
    hidden: /^hidden=true$/m.test(text),
    key: /^psk=(.*)$/m.exec(text)?.[1] ?? null,
  }));
  expect(facts).toMatchInlineSnapshot(`
    [
      {
        "hidden": false,
        "key": "correct horse",
        "ssid": "Anna's attic",
      },
      {
        "hidden": true,
        "key": null,
        "ssid": "Küche 5G",
      },
      {
        "hidden": true,
        "key": "battery "staple"",
        "ssid": "cellar",
      },
      {
        "hidden": false,
        "key": null,
        "ssid": "guests",
      },
      {
        "hidden": false,
        "key": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "ssid": "keyed",
      },
    ]
  `);
});

it('a network without a router has no default route, and name servers of both kinds', () => {
  for (const name of ['beam', 'ridge', 'purlin']) {
    expect(saidBy(name)).toMatch(/^DNS=fd00::53$/m);
    expect(saidBy(name)).toMatch(/^DNS=10\.4\.0\.53$/m);
    expect(saidBy(name)).not.toMatch(/^Gateway=/m);
  }
});

it('an interface that is known by its hardware address has the name that the network is configured by', () => {
  expect(saidBy('ridge')).toMatch(/^Name=lan0$/m);
  expect(saidBy('spar')).toMatch(/^Name=lan$/m);
});
