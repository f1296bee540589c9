import type { ClusterWifi, ClusterWifiEnterprise } from '../model/cluster.ts';
import { defaults } from '../model/defaults.ts';
import type { WifiEnterprise, WifiNetwork } from '../generated/cluster.ts';

/** `wifi` as it is written: one network, several, or the cable. */
export type WrittenWifi = WifiNetwork | readonly WifiNetwork[] | false | undefined;

/** The networks of `wifi` with the country of all of them, or null for the cable. */
export function resolveWifi(written: WrittenWifi): ClusterWifi | null {
  const networks = writtenNetworks(written);
  if (networks.length === 0) return null;
  return {
    country: networks.find(({ country }) => country !== undefined)?.country ?? '',
    networks: networks.map(({ ssid, password = null, enterprise, hidden = false }) => ({
      ssid,
      password,
      ...(enterprise !== undefined && { enterprise: resolveEnterprise(enterprise) }),
      hidden,
    })),
  };
}

function resolveEnterprise(written: WifiEnterprise): ClusterWifiEnterprise {
  return {
    method: written.method,
    identity: written.identity,
    anonymousIdentity: written.anonymous_identity ?? null,
    password: written.password ?? null,
    innerMethod: written.method === 'tls' ? null : (written.inner_method ?? defaults.wifiInnerMethod),
    caCertificate: written.ca_certificate ?? null,
    clientCertificate: written.client_certificate ?? null,
    clientKey: written.client_key ?? null,
    clientKeyPassword: written.client_key_password ?? null,
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
