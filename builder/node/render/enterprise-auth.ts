import type { BaseTraits } from '../../cluster/model/base-traits.ts';
import type { ClusterWifiEnterprise } from '../../cluster/model/cluster.ts';

/**
 * The `auth` of a Wi-Fi network for netplan, without what is not said. Source: netplan YAML reference, `auth`.
 * netplan hands the inner method on as it is: wpa_supplicant knows capitals only, NetworkManager none.
 */
export function enterpriseAuth(
  enterprise: ClusterWifiEnterprise,
  renderer: BaseTraits['renderer'],
): Record<string, string> {
  const { innerMethod } = enterprise;
  const settings = {
    'key-management': 'eap',
    method: enterprise.method,
    identity: enterprise.identity,
    'anonymous-identity': enterprise.anonymousIdentity,
    password: enterprise.password,
    'phase2-auth': renderer === 'NetworkManager' ? innerMethod : (innerMethod?.toUpperCase() ?? null),
    'ca-certificate': enterprise.caCertificate,
    'client-certificate': enterprise.clientCertificate,
    'client-key': enterprise.clientKey,
    'client-key-password': enterprise.clientKeyPassword,
  };
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
