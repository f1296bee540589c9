import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { ClusterNode } from '../model/cluster.ts';
import { error } from '../../report/finding.ts';
import { contains, formatSubnet, parseIpv4, type Ipv4 } from '../values/ipv4.ts';
import { reservedName } from './network-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Static addresses that are written, with their nodes. */
function writtenAddresses({ writtenNodes, cluster }: RuleContext): { node: ClusterNode; address: Ipv4 }[] {
  return cluster.nodes.flatMap((node, index) => {
    const address = parseIpv4(writtenNodes[index]?.address ?? '');
    return address === undefined ? [] : [{ node, address }];
  });
}

function placeOfAddress({ locator }: RuleContext, node: ClusterNode): Position | undefined {
  return locator.value(['nodes', node.index - 1, 'address']);
}

function* addressOutsideSubnet(context: RuleContext): Iterable<Diagnostic> {
  for (const { node, address } of writtenAddresses(context)) {
    if (contains(context.lan, address)) continue;
    const message = `address ${node.address} of ${node.name} is outside ${formatSubnet(context.lan)}`;
    yield error(
      'address-outside-subnet',
      placeOfAddress(context, node),
      message,
      'all nodes live in one network: change the address or network.subnet',
    );
  }
}

function* addressReserved(context: RuleContext): Iterable<Diagnostic> {
  for (const { node, address } of writtenAddresses(context)) {
    const reserved = reservedName(address, context.lan);
    if (reserved === undefined) continue;
    const message = `address ${node.address} of ${node.name} is the ${reserved} address of ${formatSubnet(context.lan)}`;
    yield error('address-reserved', placeOfAddress(context, node), message);
  }
}

function* addressIsGateway(context: RuleContext): Iterable<Diagnostic> {
  for (const { node } of writtenAddresses(context)) {
    if (node.address !== context.cluster.network.gateway) continue;
    const message = `address ${node.address} of ${node.name} is the gateway's`;
    yield error(
      'address-is-gateway',
      placeOfAddress(context, node),
      message,
      'set network.gateway if the router has another address',
    );
  }
}

function* addressIsVip(context: RuleContext): Iterable<Diagnostic> {
  for (const { node } of writtenAddresses(context)) {
    if (node.address !== context.cluster.vip) continue;
    const message = `address ${node.address} of ${node.name} is the virtual IP, which moves between nodes`;
    yield error(
      'address-is-vip',
      placeOfAddress(context, node),
      message,
      'set vip to another free address, or to false',
    );
  }
}

function* addressTwice(context: RuleContext): Iterable<Diagnostic> {
  const owners = new Map<string, ClusterNode>();
  for (const node of context.cluster.nodes) {
    const owner = owners.get(node.address ?? '');
    if (node.address === null || node.address === '') continue;
    if (owner === undefined) {
      owners.set(node.address, node);
      continue;
    }
    const written = [node, owner].filter((one) => context.writtenNodes[one.index - 1]?.address !== undefined);
    const automatic = [node, owner].find((one) => !written.includes(one));
    const hint =
      automatic === undefined
        ? undefined
        : `${automatic.name} gets it by its place in the list; give it an address of its own, or move network.first_address`;
    const message = `address ${node.address} of ${node.name} is already the address of ${owner.name}`;
    yield error('address-twice', placeOfAddress(context, written[0] ?? node), message, hint);
  }
}

function* addressWithDhcp(context: RuleContext): Iterable<Diagnostic> {
  for (const [index, node] of context.writtenNodes.entries()) {
    if (node.dhcp !== true || node.address === undefined) continue;
    const name = context.cluster.nodes[index]?.name ?? '';
    yield error(
      'address-with-dhcp',
      context.locator.value(['nodes', index, 'address']),
      `${name} has an address and dhcp: true`,
      'keep one of the two',
    );
  }
}

function* vipOutsideSubnet({ cluster, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const { vip } = cluster;
  if (vip === null || contains(lan, parseIpv4(vip) ?? 0)) return;
  const hint = `choose a free address inside ${formatSubnet(lan)} that DHCP never hands out`;
  yield error(
    'vip-outside-subnet',
    locator.value(['vip']),
    `virtual IP ${vip} is outside ${formatSubnet(lan)}`,
    hint,
  );
}

function* vipReserved({ cluster, lan, locator }: RuleContext): Iterable<Diagnostic> {
  const reserved = reservedName(parseIpv4(cluster.vip ?? '') ?? -1, lan);
  if (reserved === undefined) return;
  yield error(
    'vip-reserved',
    locator.value(['vip']),
    `virtual IP ${cluster.vip} is the ${reserved} address of ${formatSubnet(lan)}`,
  );
}

function* vipIsGateway({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { vip, network } = cluster;
  if (vip === null || vip !== network.gateway) return;
  const at = locator.has(['vip']) ? locator.value(['vip']) : locator.value(['network', 'gateway']);
  yield error(
    'vip-is-gateway',
    at,
    `virtual IP ${vip} is the gateway's address`,
    'choose a free address that DHCP never hands out',
  );
}

const topics = ['nodes', 'count', 'network.subnet', 'network.gateway', 'network.first_address', 'vip'];

/** Rules about the nodes' addresses and the virtual IP. */
export const addressRules: readonly Rule[] = [
  { reads: ['nodes', 'network.subnet'], check: addressOutsideSubnet },
  { reads: ['nodes', 'network.subnet'], check: addressReserved },
  { reads: ['nodes', 'network.subnet', 'network.gateway'], check: addressIsGateway },
  { reads: ['nodes', 'network.subnet', 'vip'], check: addressIsVip },
  { reads: topics, check: addressTwice },
  { reads: ['nodes'], check: addressWithDhcp },
  { reads: ['vip', 'network.subnet'], check: vipOutsideSubnet },
  { reads: ['vip', 'network.subnet'], check: vipReserved },
  { reads: ['vip', 'network.subnet', 'network.gateway'], check: vipIsGateway },
];
