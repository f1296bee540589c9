import type { ClusterWifi } from '../cluster.ts';
import type { WifiNetwork } from '../generated/cluster.ts';

/** `wifi` as it is written: one network, several, or the cable. */
export type WrittenWifi = WifiNetwork | readonly WifiNetwork[] | false | undefined;

/** The networks of `wifi` with the country of all of them, or null for the cable. */
export function resolveWifi(written: WrittenWifi): ClusterWifi | null {
  const networks = writtenNetworks(written);
  if (networks.length === 0) return null;
  return {
    country: networks.find(({ country }) => country !== undefined)?.country ?? '',
    networks: networks.map(({ ssid, password = null, hidden = false }) => ({ ssid, password, hidden })),
  };
}

/** The networks of `wifi` as a list. */
export function writtenNetworks(written: WrittenWifi): readonly WifiNetwork[] {
  if (written === undefined || written === false) return [];
  return isList(written) ? written : [written];
}

function isList(written: WifiNetwork | readonly WifiNetwork[]): written is readonly WifiNetwork[] {
  return Array.isArray(written);
}
