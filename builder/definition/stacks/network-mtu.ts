import { isMapping } from '../source/is-mapping.ts';
import { at, entriesAt } from './tree-access.ts';

/** Networks of one compose file that get the MTU of the cluster's network. */
export interface NetworkMtu {
  /** Bytes, of the local network: Docker takes off what an overlay adds. */
  readonly bytes: number;
  /** Keys of `networks:`. The file may lack `default`, which is then declared. */
  readonly networks: readonly string[];
}

/** The option of Docker's drivers. Source: moby/libnetwork, netlabel.DriverMTU. */
export const mtuOption = 'com.docker.network.driver.mtu';

/**
 * The networks that stand for themselves without an MTU, for each compose file of a stack. Docker takes what the last
 * file says of a network, and nothing of the earlier ones; so each file is judged alone.
 *
 * @param trees - of the compose files, with their variables filled in
 */
export function networksWithoutMtu(trees: readonly unknown[]): string[][] {
  const isDeclared = trees.some((tree) => at(at(tree, 'networks'), 'default') !== undefined);
  const needsDefault = !isDeclared && trees.some(usesDefault);
  return trees.map((tree, index) => [
    ...entriesAt(tree, 'networks')
      .filter(([, network]) => takesMtu(network))
      .map(([key]) => key),
    ...(needsDefault && index === 0 ? ['default'] : []),
  ]);
}

/** Networks of other drivers have no use for it, and what is made elsewhere may not have options here. */
function takesMtu(network: unknown): boolean {
  const external = at(network, 'external');
  if (external === true || isMapping(external)) return false;
  const driver = at(network, 'driver') ?? '';
  return (driver === '' || driver === 'overlay') && at(at(network, 'driver_opts'), mtuOption) === undefined;
}

/** A service without networks gets one that Docker makes for the stack. */
function usesDefault(tree: unknown): boolean {
  return entriesAt(tree, 'services').some(([, service]) => {
    const networks = at(service, 'networks') ?? [];
    if (Array.isArray(networks)) return networks.length === 0 || networks.includes('default');
    return isMapping(networks) && (Object.keys(networks).length === 0 || Object.hasOwn(networks, 'default'));
  });
}
