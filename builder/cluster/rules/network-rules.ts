import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, note, warning } from '../../report/finding.ts';
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
} from '../values/ipv4.ts';
import { firstAddressOf } from '../resolve/resolve-network.ts';
import { counted, listed } from '../../report/shown.ts';
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
  if (gateway === null || contains(lan, parseIpv4(gateway) ?? 0)) return;
  const hint = `the router must have an address in the nodes' own network, often ${formatIpv4(lan.network + 1)}`;
  yield error(
    'gateway-outside-subnet',
    locator.value(['network', 'gateway']),
    `gateway ${gateway} is outside ${formatSubnet(lan)}`,
    hint,
  );
}

function* gatewayReserved({ cluster, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const reserved = reservedName(parseIpv4(cluster.network.gateway ?? '') ?? -1, lan);
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

/** Nothing is wrong with it, but much of what one is used to comes from outside. */
function* noRouter({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { gateway, dns, ntp } = cluster.network;
  if (gateway === null) {
    const clock = ntp.length === 0 ? ', and no time server unless network.ntp names one of this network' : '';
    const message = `without a router the nodes reach no registry of images and no mirror of packages${clock}`;
    const hint =
      'name all container images under images; nodes with DHCP may be told of a router all the same';
    yield note('no-router', locator.value(['network', 'gateway']), message, hint);
  } else if (dns.length === 0) {
    const message =
      'without a name server the nodes know no names but their own, not even those of registries';
    yield note(
      'no-name-server',
      locator.value(['network', 'dns']),
      message,
      'leave dns out to ask the router',
    );
  }
}

/** Boards whose cable carries no more leave the interface at 1500, while overlay networks send larger packets. */
function* mtuBeyondBoard({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { mtu } = cluster.network;
  const at = locator.value(['network', 'mtu']);
  if (mtu === null) return;
  const wireless = cluster.nodes.find(({ wifi }) => wifi !== null);
  if (wireless !== undefined && mtu > largestOverWifi) {
    const message = `Wi-Fi carries ${largestOverWifi} bytes at most, and ${wireless.name} is on Wi-Fi`;
    yield error('mtu-over-wifi', at, message, `write ${largestOverWifi} or less, or take mtu out`);
  }
  const small = cluster.nodes.find((node) => node.interface === null && mtu > (node.profile.max_mtu ?? mtu));
  if (small === undefined) return;
  const message = `the cable of most boards of profile ${small.profileName} carries ${small.profile.max_mtu} bytes at most`;
  const hint = `${small.name} would lose larger packets: write ${small.profile.max_mtu} unless its board does better`;
  yield warning('mtu-beyond-board', at, message, hint);
}

const largestOverWifi = 1500;

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
  { reads: ['network.gateway', 'network.dns', 'network.ntp'], check: noRouter },
  { reads: ['network.mtu', 'network.wifi', 'network.interface', 'profile', 'nodes'], check: mtuBeyondBoard },
];
