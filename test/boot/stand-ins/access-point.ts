import { network } from '../cluster/cluster-of-machines.ts';

const wifi = { ssid: 'attic', password: 'correct horse battery', country: 'DE' };

/**
 * What a definition says of a node on Wi-Fi in a machine that has a cable alone: two emulated radios hear each other, and the
 * second one is an access point with the cable behind it.
 */
export const wifiDefinition = {
  network: { ...network, wifi },
  packages: ['hostapd', 'iw'],
  files: [
    file('access-point.service', '/etc/systemd/system/access-point.service'),
    file('needs-access-point.conf', '/etc/systemd/system/NetworkManager.service.d/access-point.conf'),
    file('access-point', '/usr/local/lib/boot-test/access-point'),
    file('hostapd.conf', '/usr/local/lib/boot-test/hostapd.conf'),
  ],
};

function file(name: string, path: string): { readonly source: string; readonly path: string } {
  return { source: `guest/access-point/${name}`, path };
}
