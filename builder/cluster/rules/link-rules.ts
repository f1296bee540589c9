import type { Diagnostic } from '../../report/diagnostic.ts';
import type { ClusterNode } from '../model/cluster.ts';
import { error } from '../../report/finding.ts';
import { writtenNetworks, type WrittenWifi } from '../resolve/resolve-wifi.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A place that says how nodes are on the network, with the first node that it is for. */
interface Link {
  readonly path: DefinitionPath;
  readonly wifi: WrittenWifi;
  readonly interface: string | undefined;
  readonly node: ClusterNode | undefined;
}

/** The cluster's own place, and those of nodes that say something else. */
function links({ written, writtenNodes, cluster }: RuleContext): Link[] {
  const { wifi, interface: named } = written.network ?? {};
  const own = writtenNodes.map((node) => node.wifi !== undefined || node.interface !== undefined);
  const others = cluster.nodes.filter((_, index) => own[index] !== true);
  // Of the nodes that follow the cluster, one without an adapter speaks for all.
  const follower = others.find((node) => adapterOf(node) === undefined) ?? others[0];
  return [
    { path: ['network'], wifi, interface: named, node: follower },
    ...cluster.nodes
      .filter((_, index) => own[index] === true)
      .map((node) => ({
        path: ['nodes', node.index - 1],
        wifi: writtenNodes[node.index - 1]?.wifi ?? wifi,
        interface: writtenNodes[node.index - 1]?.interface,
        node,
      })),
  ];
}

function adapterOf(node: ClusterNode): string | undefined {
  return node.interface ?? node.profile.wifi_interface;
}

function* wifiWithoutRadio(context: RuleContext): Iterable<Diagnostic> {
  const { locator } = context;
  for (const { path, node } of links(context)) {
    if (node === undefined || node.wifi === null || adapterOf(node) !== undefined) continue;
    const at = locator.key([...path, 'wifi']) ?? locator.key(['network', 'wifi']);
    const message = `profile ${node.profileName} of ${node.name} has no Wi-Fi`;
    const hint =
      'if it has a Wi-Fi adapter, name that as interface of the node; for a cable write wifi: false there';
    yield error('wifi-without-radio', at, message, hint);
  }
}

/** Kind of an interface by its name: cable or Wi-Fi; other names may be either. Source: systemd.net-naming-scheme(7). */
function mediumByName(name: string): 'cable' | 'wifi' | undefined {
  if (name.startsWith('wl')) return 'wifi';
  return /^(eth\d|en[osPpx])/.test(name) ? 'cable' : undefined;
}

function* interfaceOfOtherMedium(context: RuleContext): Iterable<Diagnostic> {
  for (const { path, wifi, interface: name } of links(context)) {
    if (name === undefined) continue;
    const at = context.locator.value([...path, 'interface']);
    const isWireless = writtenNetworks(wifi).length > 0;
    const medium = mediumByName(name);
    if (medium === 'cable' && isWireless) {
      const hint = 'leave interface out to use that of the profile, or name the Wi-Fi adapter, like wlan0';
      yield error('interface-not-wifi', at, `${name} is an interface for a cable, and there is wifi`, hint);
    }
    if (medium === 'wifi' && !isWireless) {
      const hint =
        'add wifi with the name and the password of the network, or name the interface of the cable';
      yield error(
        'interface-without-wifi',
        at,
        `${name} is a Wi-Fi interface, and no Wi-Fi network is named`,
        hint,
      );
    }
  }
}

function* vlanOverWifi({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  if (cluster.network.vlan === null || cluster.nodes.some(({ wifi }) => wifi === null)) return;
  const hint = 'put the SSID into the VLAN at the access point, and take vlan out';
  yield error('vlan-over-wifi', locator.value(['network', 'vlan']), 'Wi-Fi carries no VLAN tags', hint);
}

/** With its own name such an interface would have to change places with another, which Linux refuses. */
function* macWithKernelName({ writtenNodes, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, { mac, interface: name }] of writtenNodes.entries()) {
    if (mac === undefined || name === undefined || !/^(eth|wlan)\d/.test(name)) continue;
    const message = `${name} may be the name of another interface of the node, so it cannot be given to ${mac}`;
    const hint = 'leave interface out: it is called lan0 then';
    yield error('mac-with-kernel-name', locator.value(['nodes', index, 'interface']), message, hint);
  }
}

function* macTwice({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const owners = new Map<string, string>();
  for (const { mac, name, index } of cluster.nodes) {
    if (mac === null) continue;
    const owner = owners.get(mac);
    owners.set(mac, owner ?? name);
    if (owner === undefined) continue;
    const at = locator.value(['nodes', index - 1, 'mac']);
    yield error('mac-twice', at, `${shown(mac)} of ${name} is already the address of ${owner}`);
  }
}

/** Rules about the interface of each node. */
export const linkRules: readonly Rule[] = [
  { reads: ['network.wifi', 'network.interface', 'profile', 'nodes'], check: wifiWithoutRadio },
  { reads: ['network.wifi', 'network.interface', 'nodes'], check: interfaceOfOtherMedium },
  { reads: ['network.wifi', 'network.vlan', 'nodes'], check: vlanOverWifi },
  { reads: ['nodes'], check: macWithKernelName },
  { reads: ['nodes'], check: macTwice },
];
