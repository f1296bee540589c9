import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import type { WifiNetwork } from '../generated/cluster.ts';
import { writtenNetworks, type WrittenWifi } from '../resolve/resolve-wifi.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Rule, RuleContext } from './rule.ts';

interface Written {
  /** Place of `wifi`. */
  readonly at: DefinitionPath;
  readonly networks: readonly { readonly network: WifiNetwork; readonly path: DefinitionPath }[];
}

/** Every `wifi` of the definition. */
export function writtenWifi({ written, writtenNodes }: RuleContext): Written[] {
  const places: readonly { at: DefinitionPath; wifi: WrittenWifi }[] = [
    { at: ['network', 'wifi'], wifi: written.network?.wifi },
    ...writtenNodes.map(({ wifi }, index) => ({ at: ['nodes', index, 'wifi'], wifi })),
  ];
  return places
    .map(({ at, wifi }) => ({
      at,
      networks: writtenNetworks(wifi).map((network, index) => ({
        network,
        path: Array.isArray(wifi) ? [...at, index] : at,
      })),
    }))
    .filter(({ networks }) => networks.length > 0);
}

/** A password that was forgotten must not make a node that waits for an open network of that name. */
function* passwordOrOpen(context: RuleContext): Iterable<Diagnostic> {
  for (const { network, path } of writtenWifi(context).flatMap(({ networks }) => networks)) {
    const { ssid, password, open, enterprise } = network;
    if (enterprise !== undefined) {
      if (password === undefined && open !== true) continue;
      const key = password === undefined ? 'open' : 'password';
      const message = `Wi-Fi network ${shown(ssid)} has enterprise, and ${key} beside it`;
      const hint =
        key === 'open'
          ? 'keep one of the two'
          : 'put the password of the login into enterprise, and take this one out';
      yield error('wifi-enterprise-beside', context.locator.key([...path, key]), message, hint);
      continue;
    }
    if (password === undefined && open !== true) {
      const message = `Wi-Fi network ${shown(ssid)} has no password`;
      const hint =
        'add password: ..., or enterprise: ... for a login of its own, or open: true if everybody may join it';
      yield error('wifi-without-password', context.locator.value([...path, 'ssid']), message, hint);
    }
    if (password !== undefined && open === true) {
      const message = `Wi-Fi network ${shown(ssid)} is open, and has a password`;
      yield error(
        'wifi-open-with-password',
        context.locator.value([...path, 'open']),
        message,
        'keep one of the two',
      );
    }
  }
}

/** The radio is in one country at a time. */
function* oneCountry(context: RuleContext): Iterable<Diagnostic> {
  for (const { at, networks } of writtenWifi(context)) {
    const first = networks.find(({ network }) => network.country !== undefined);
    if (first === undefined) {
      const message = 'wifi has no country, which decides the channels and the power of the radio';
      yield error('wifi-without-country', context.locator.key(at), message, 'add country: DE');
      continue;
    }
    const other = networks.find(
      ({ network }) => (network.country ?? first.network.country) !== first.network.country,
    );
    if (other === undefined) continue;
    const place = context.locator.value([...other.path, 'country']);
    const message = `the country is ${first.network.country} for one Wi-Fi network and ${other.network.country} for another`;
    yield error('wifi-countries', place, message, 'name the country that the nodes are in');
  }
}

function* networkTwice(context: RuleContext): Iterable<Diagnostic> {
  for (const { networks } of writtenWifi(context)) {
    const seen = new Set<string>();
    for (const { network, path } of networks) {
      const at = context.locator.value([...path, 'ssid']);
      if (seen.has(network.ssid))
        yield error(
          'wifi-twice',
          at,
          `Wi-Fi network ${shown(network.ssid)} is listed twice`,
          'remove one of the two',
        );
      seen.add(network.ssid);
    }
  }
}

/** Rules about Wi-Fi networks. */
export const wifiRules: readonly Rule[] = [
  { reads: ['network.wifi', 'nodes'], check: passwordOrOpen },
  { reads: ['network.wifi', 'nodes'], check: oneCountry },
  { reads: ['network.wifi', 'nodes'], check: networkTwice },
];
