import { isMapping } from '../source/is-mapping.ts';
import { at, entriesAt } from './tree-access.ts';
import type { NetworkOptions } from '../model/cluster.ts';

/** The option of Docker's drivers: bytes, of the local network. Source: moby/libnetwork, netlabel.DriverMTU. */
export const mtuOption = 'com.docker.network.driver.mtu';

/**
 * The option of overlay networks. That it is there counts, for older engines whatever its value.
 *
 * Source: moby/libnetwork, drivers/overlay, secureOption
 */
export const encryptedOption = 'encrypted';

/**
 * What the networks lack that stand for themselves, for each compose file of a stack. Docker takes what the last file
 * says of a network, and nothing of the earlier ones; so each file is judged alone.
 *
 * @param trees - of the compose files, with their variables filled in
 * @param options - what networks have that say nothing of it
 */
export function missingNetworkOptions(
  trees: readonly unknown[],
  options: Readonly<Record<string, string>>,
): NetworkOptions[][] {
  if (Object.keys(options).length === 0) return trees.map(() => []);
  const isDeclared = trees.some((tree) => at(at(tree, 'networks'), 'default') !== undefined);
  const needsDefault = !isDeclared && trees.some(usesDefault);
  return trees.map((tree, index) => [
    ...entriesAt(tree, 'networks').flatMap(([key, network]) => {
      const missing = missingOf(network, options);
      return Object.keys(missing).length > 0 ? [{ key, options: missing }] : [];
    }),
    ...(needsDefault && index === 0 ? [{ key: 'default', options }] : []),
  ]);
}

/** Networks of other drivers have no use for them, and what is made elsewhere may not have options here. */
function missingOf(
  network: unknown,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const external = at(network, 'external');
  if (external === true || isMapping(external)) return {};
  const driver = at(network, 'driver') ?? '';
  if (driver !== '' && driver !== 'overlay') return {};
  const own = at(network, 'driver_opts');
  return Object.fromEntries(Object.entries(options).filter(([name]) => at(own, name) === undefined));
}

/** A service without networks gets one that Docker makes for the stack. */
function usesDefault(tree: unknown): boolean {
  return entriesAt(tree, 'services').some(([, service]) => {
    const networks = at(service, 'networks') ?? [];
    if (Array.isArray(networks)) return networks.length === 0 || networks.includes('default');
    return isMapping(networks) && (Object.keys(networks).length === 0 || Object.hasOwn(networks, 'default'));
  });
}
