import { afterAll, beforeAll, expect, it } from 'vitest';
import { askNodes, type Answer } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';
import { unpackPackages } from './support/unpack-packages.ts';

// Cables, Wi-Fi networks, hardware addresses and sizes of packets, as cloud-init and netplan of the base understand them.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;
let answers: readonly Answer[] = [];

beforeAll(async () => {
  base = await unpackBase();
  // The base of this machine's board may have no Wi-Fi.
  const directory = `${base.directory}:${await unpackPackages('trixie')}`;
  example = await layOverBase('odd-network', { directory });
  answers = await askNodes(
    example.nodes,
    `
    cloud-init init --local >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
    netplan generate --root-dir / 2>&1
    cd /run
    for file in /etc/systemd/network/*-dlimage-* systemd/network/* netplan/wpa-*.conf NetworkManager/system-connections/*; do
      [ ! -e "$file" ] || { echo "== $file"; cat "$file"; }
    done
    for file in netplan/wpa-*.conf; do
      [ -e "$file" ] || continue
      echo "== read by wpa_supplicant"
      timeout 20 wpa_supplicant -Dnone -i"$DLIMAGE_INTERFACE" -c"$file" -dd >/tmp/said 2>&1 || true
      sed -n -e '/^Line [0-9]/p' -e '/[Ff]ailed to .*configuration/p' -e "s/^ *id=[0-9]* ssid='/read /p" /tmp/said
    done`,
  );
});
afterAll(async () => {
  await example?.remove();
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
      "anonymous_identity="anonymous@example.org" ca_cert="/etc/ssl/certs/ca-certificates.crt" eap=TTLS identity="ada@example.org" key_mgmt=WPA-EAP password="tulip "and" rose" phase2="auth=PAP" scan_ssid=1 ssid=P"campus"",
      "ca_cert="/etc/ssl/wifi/authority.pem" client_cert="/etc/ssl/wifi/loft.pem" eap=TLS identity="loft" key_mgmt=WPA-EAP private_key="/etc/ssl/wifi/loft.key" private_key_passwd="daisy" ssid=P"works"",
      "ca_cert="/etc/ssl/wifi/authority.pem" eap=PEAP identity="WORKS\\ada" key_mgmt=WPA-EAP password="lily" phase2="auth=MSCHAPV2" ssid=P"office"",
      "ieee80211w=1 key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE psk="battery "staple"" scan_ssid=1 ssid=P"cellar"",
      "ieee80211w=1 key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE psk="correct horse" ssid=P"Anna's attic"",
      "ieee80211w=1 key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE psk=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff ssid=P"keyed"",
      "key_mgmt=NONE scan_ssid=1 ssid=P"Küche 5G"",
      "key_mgmt=NONE ssid=P"guests"",
    ]
  `);
});

it('wpa_supplicant reads what netplan makes of all of them', () => {
  const [, said = ''] = saidBy('beam').split('== read by wpa_supplicant\n');
  expect(said.trim().split('\n').toSorted()).toMatchInlineSnapshot(`
    [
      "read Anna's attic'",
      "read K\\xc3\\xbcche 5G'",
      "read campus'",
      "read cellar'",
      "read guests'",
      "read keyed'",
      "read office'",
      "read works'",
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
    ...(text.includes('[802-1x]') && { login: text.split('[802-1x]\n')[1]?.split('\n\n')[0]?.split('\n') }),
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
        "key": null,
        "login": [
          "eap=ttls",
          "identity=ada@example.org",
          "anonymous-identity=anonymous@example.org",
          "password=tulip "and" rose",
          "ca-cert=/etc/ssl/certs/ca-certificates.crt",
          "phase2-auth=pap",
          "",
        ],
        "ssid": "campus",
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
      {
        "hidden": false,
        "key": null,
        "login": [
          "eap=peap",
          "identity=WORKS\\\\ada",
          "password=lily",
          "ca-cert=/etc/ssl/wifi/authority.pem",
          "phase2-auth=mschapv2",
          "",
        ],
        "ssid": "office",
      },
      {
        "hidden": false,
        "key": null,
        "login": [
          "eap=tls",
          "identity=loft",
          "ca-cert=/etc/ssl/wifi/authority.pem",
          "client-cert=/etc/ssl/wifi/loft.pem",
          "private-key=/etc/ssl/wifi/loft.key",
          "private-key-password=daisy",
          "",
        ],
        "ssid": "works",
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
