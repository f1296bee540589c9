import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../finding.ts';
import {
  broadcastAddress,
  contains,
  formatIpv4,
  formatSubnet,
  overlaps,
  parseIpv4,
  parseSubnet,
  type Ipv4,
  type Ipv4Subnet,
} from '../ipv4.ts';
import { firstAddressOf } from '../resolve/resolve-network.ts';
import { counted, listed } from '../shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Networks that nobody on the Internet has. Source: RFC 1918, 6598 (carriers), 2544 (tests), 5737 (documentation). */
const privateNetworks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '198.18.0.0/15',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
].flatMap((text) => parseSubnet(text) ?? []);

/** Networks that no host can live in. Source: RFC 6890. */
const unusableNetworks: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'means "this network"'],
  ['127.0.0.0/8', 'is the loopback of every machine'],
  ['169.254.0.0/16', 'is for addresses that machines give themselves'],
  ['224.0.0.0/3', 'is for multicast and experiments'],
];

/** `network` or `broadcast` if the address is one of the two that no host may have. */
export function reservedName(address: Ipv4, lan: Ipv4Subnet): 'network' | 'broadcast' | undefined {
  if (address === lan.network) return 'network';
  return address === broadcastAddress(lan) ? 'broadcast' : undefined;
}

function* subnetUnusable({ lan, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [text, meaning] of unusableNetworks) {
    const range = parseSubnet(text);
    if (range === undefined || !overlaps(range, lan)) continue;
    const message = `${formatSubnet(lan)} is no network for hosts: ${text} ${meaning}`;
    yield error(
      'subnet-unusable',
      locator.value(['network', 'subnet']),
      message,
      'use the network of your router, like 192.168.1.0/24',
    );
  }
}

function* subnetPublic({ lan, locator }: RuleContext): Iterable<Diagnostic> {
  const isUnusable = unusableNetworks.some(([text]) => overlaps(parseSubnet(text) ?? lan, lan));
  const isPrivate = privateNetworks.some(
    (known) => overlaps(known, lan) && known.prefixLength <= lan.prefixLength,
  );
  if (isUnusable || isPrivate) return;
  const hint = 'if these addresses are not yours, use a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16';
  yield warning(
    'subnet-public',
    locator.value(['network', 'subnet']),
    `${formatSubnet(lan)} has public Internet addresses`,
    hint,
  );
}

function* otherNetwork({ lan, locator, environment }: RuleContext): Iterable<Diagnostic> {
  const own = environment.hostNetworks;
  if (own.length === 0 || own.some((text) => overlaps(parseSubnet(text) ?? lan, lan))) return;
  const message = `the cluster is for ${formatSubnet(lan)}, but this machine is in ${listed(own)}`;
  const hint = `if the nodes will be in the same network as this machine, say so: --subnet ${own[0] ?? ''}`;
  yield warning('other-network', locator.value(['network', 'subnet']), message, hint);
}

function* gatewayOutsideSubnet({ cluster, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const { gateway } = cluster.network;
  if (contains(lan, parseIpv4(gateway) ?? 0)) return;
  const hint = `the router must have an address in the nodes' own network, often ${formatIpv4(lan.network + 1)}`;
  yield error(
    'gateway-outside-subnet',
    locator.value(['network', 'gateway']),
    `gateway ${gateway} is outside ${formatSubnet(lan)}`,
    hint,
  );
}

function* gatewayReserved({ cluster, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const reserved = reservedName(parseIpv4(cluster.network.gateway) ?? 0, lan);
  if (reserved === undefined) return;
  const message = `gateway ${cluster.network.gateway} is the ${reserved} address of ${formatSubnet(lan)}`;
  yield error(
    'gateway-reserved',
    locator.value(['network', 'gateway']),
    message,
    `the router often is ${formatIpv4(lan.network + 1)}`,
  );
}

function* firstAddressUnusable({ written, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const first = written.network?.first_address;
  const address = parseIpv4(first ?? '');
  if (address === undefined) return;
  const at = locator.value(['network', 'first_address']);
  const reserved = reservedName(address, lan);
  if (reserved !== undefined) {
    yield error(
      'first-address-reserved',
      at,
      `first address ${first} is the ${reserved} address of ${formatSubnet(lan)}`,
    );
  } else if (!contains(lan, address)) {
    yield error('first-address-outside-subnet', at, `first address ${first} is outside ${formatSubnet(lan)}`);
  }
}

function* tooFewAddresses({ written, cluster, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const first = firstAddressOf(written, lan);
  const without = cluster.nodes.findIndex((node) => node.address === '');
  if (without < 0 || !contains(lan, first) || reservedName(first, lan) !== undefined) return;
  const at = locator.has(['count']) ? locator.value(['count']) : locator.value(['nodes', without]);
  const message =
    `${formatSubnet(lan)} has room for ${counted(without, 'node')} from ${formatIpv4(first)} on, ` +
    `but there are ${cluster.nodes.length}`;
  yield error(
    'too-few-addresses',
    at ?? locator.value(['network', 'subnet']),
    message,
    'use a larger subnet, or set network.first_address lower',
  );
}

function* wifiWithoutRadio({ written, cluster, locator }: RuleContext): Iterable<Diagnostic> {
  if (written.network?.wifi === undefined || written.network.interface !== undefined) return;
  const wired = cluster.nodes.find((node) => node.profile.wifi_interface === undefined);
  if (wired === undefined) return;
  const message = `profile ${wired.profileName} of ${wired.name} has no Wi-Fi`;
  yield error(
    'wifi-without-radio',
    locator.key(['network', 'wifi']),
    message,
    'name its interface with network.interface if it has a Wi-Fi adapter',
  );
}

/** Whether the name of an interface is that of a cable or of Wi-Fi; other names may be either. Source: systemd.net-naming-scheme(7). */
function mediumByName(name: string): 'cable' | 'wifi' | undefined {
  if (name.startsWith('wl')) return 'wifi';
  return /^(eth\d|en[osPpx])/.test(name) ? 'cable' : undefined;
}

function* interfaceOfOtherMedium({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const name = written.network?.interface;
  if (name === undefined) return;
  const at = locator.value(['network', 'interface']);
  const medium = mediumByName(name);
  if (medium === 'cable' && written.network?.wifi !== undefined) {
    const hint = 'leave interface out to use that of the profile, or name the Wi-Fi adapter, like wlan0';
    yield error('interface-not-wifi', at, `${name} is an interface for a cable, and there is wifi`, hint);
  }
  if (medium === 'wifi' && written.network?.wifi === undefined) {
    const hint = 'add wifi with the name and the password of the network, or name the interface of the cable';
    yield error(
      'interface-without-wifi',
      at,
      `${name} is a Wi-Fi interface, and no Wi-Fi network is named`,
      hint,
    );
  }
}

function* vlanOverWifi({ written, locator }: RuleContext): Iterable<Diagnostic> {
  if (written.network?.wifi === undefined || written.network.vlan === undefined) return;
  yield error(
    'vlan-over-wifi',
    locator.value(['network', 'vlan']),
    'Wi-Fi carries no VLAN tags',
    'put the SSID into the VLAN at the access point, and take vlan out',
  );
}

const addressTopics = ['network.subnet', 'network.first_address', 'network.gateway', 'vip', 'count', 'nodes'];

/** Rules about the local network. */
export const networkRules: readonly Rule[] = [
  { reads: ['network.subnet'], check: subnetUnusable },
  { reads: ['network.subnet'], check: subnetPublic },
  { reads: ['network.subnet'], check: otherNetwork },
  { reads: ['network.subnet', 'network.gateway'], check: gatewayOutsideSubnet },
  { reads: ['network.subnet', 'network.gateway'], check: gatewayReserved },
  { reads: ['network.subnet', 'network.first_address'], check: firstAddressUnusable },
  { reads: addressTopics, check: tooFewAddresses },
  { reads: ['network.wifi', 'network.interface', 'profile', 'nodes'], check: wifiWithoutRadio },
  { reads: ['network.wifi', 'network.interface'], check: interfaceOfOtherMedium },
  { reads: ['network.wifi', 'network.vlan'], check: vlanOverWifi },
];
