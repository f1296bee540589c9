import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import { countryCodes } from './country-codes.ts';
import type { ValueFormat } from './value-format.ts';

/** `country-code`: where the Wi-Fi is used, which decides the channels and the power it may use. */
export const countryCode: ValueFormat = (value, { name, at }) => {
  if (countryCodes.has(value)) return undefined;
  const upper = value.toUpperCase();
  const hint = countryCodes.has(upper)
    ? `write it in capitals: ${upper}`
    : upper === 'UK'
      ? 'the code of the United Kingdom is GB'
      : 'write the two letters of ISO 3166-1, like DE, GB or US';
  return error('wifi-country', at, `${name} ${shown(value)} is not a country code`, hint);
};

/** `wifi-ssid`: 1 to 32 bytes. Source: IEEE 802.11, SSID element. */
export const wifiSsid: ValueFormat = (value, { name, at }) => {
  const bytes = new TextEncoder().encode(value).length;
  if (bytes >= 1 && bytes <= 32) return undefined;
  return error('wifi-ssid', at, `${name} has ${bytes} bytes in UTF-8, but a network name has 1 to 32`);
};

/** `wifi-password`: a WPA passphrase of 8 to 63 printable ASCII characters, or a key of 64 hexadecimal digits. Never shown. */
export const wifiPassword: ValueFormat = (value, { name, at }) => {
  if (/^[\x20-\x7e]{8,63}$/.test(value) || /^[0-9a-f]{64}$/i.test(value)) return undefined;
  const message = `${name} has ${value.length} characters, but WPA takes 8 to 63 printable ASCII characters`;
  return error('wifi-password', at, message, 'or a key of exactly 64 hexadecimal digits');
};

/** `enterprise-password`: what wpa_supplicant and NetworkManager read from one line. Never shown. */
export const enterprisePassword: ValueFormat = (value, { name, at }) => {
  if (/^hash:(?![0-9a-f]{32}$)/i.test(value)) {
    const message = `${name} begins with hash:, but is not the hash of a password`;
    return error('wifi-password', at, message, 'write hash: and the 32 hexadecimal digits of the NT hash');
  }
  if (/^\P{Cc}+$/u.test(value)) return undefined;
  const message = `${name} must be one line of text without control characters, and not empty`;
  return error('wifi-password', at, message, 'write the password that the network asks for');
};

/** Names that the kernel, systemd or Docker give to something else. Source: systemd, ifname_valid(); Docker's bridges. */
const takenInterfaces: ReadonlySet<string> = new Set(['lo', 'all', 'default', 'docker0', 'docker_gwbridge']);

/** `interface-name`. Source: Linux IFNAMSIZ, dev_valid_name(). */
export const interfaceName: ValueFormat = (value, { name, at }) => {
  if (takenInterfaces.has(value)) {
    const message = `${name} ${shown(value)} is not an interface of the local network`;
    return error('interface-malformed', at, message, 'name that of the cable or the Wi-Fi, like eth0');
  }
  const [, wire, vlan] = /^([a-zA-Z][\w-]*)\.(\d{1,4})$/.exec(value) ?? [];
  if (wire !== undefined && vlan !== undefined) {
    const message = `${name} ${shown(value)} names a VLAN, which is made on the node`;
    return error('interface-malformed', at, message, `write interface: ${wire} and vlan: ${vlan}`);
  }
  if (/^[a-zA-Z][\w.-]{0,14}$/.test(value)) return undefined;
  return error(
    'interface-malformed',
    at,
    `${name} ${shown(value)} is not an interface name`,
    'write it as `ip link` shows it on the node, 15 characters at most, like eth0',
  );
};

/** The firmware ignores what stands beyond. Source: https://www.raspberrypi.com/documentation/computers/config_txt.html */
const configLineCharacters = 98;

/** `dtoverlay`: a device tree overlay with parameters, as config.txt has it behind `dtoverlay=`. */
export const dtoverlay: ValueFormat = (value, { name, at }) => {
  const length = `dtoverlay=${value}`.length;
  if (length > configLineCharacters) {
    const message = `${name} makes a line of ${length} characters, but config.txt has ${configLineCharacters} at most`;
    return error('dtoverlay-too-long', at, message, 'leave out parameters that have their default');
  }
  if (/^[\w-]+(,[\w.-]+(=[^\s,#\p{Cc}]+)?)*$/u.test(value)) return undefined;
  const [, rest] = /^dtoverlay=(.*)$/s.exec(value) ?? [];
  const hint =
    rest === undefined
      ? 'write its name, then parameters behind commas, without spaces, like i2c-rtc,ds3231'
      : `write what stands behind dtoverlay=: ${rest}`;
  return error('dtoverlay-malformed', at, `${name} ${shown(value)} is not a device tree overlay`, hint);
};

/** A hint for a role that Swarm does not have: what it calls the word of another orchestrator, or what was misspelt. */
export function roleHint(value: string): string | undefined {
  const known = new Map([
    ['master', 'manager'],
    ['leader', 'manager'],
    ['server', 'manager'],
    ['slave', 'worker'],
    ['agent', 'worker'],
  ]);
  const meant = known.get(value.toLowerCase());
  return meant === undefined
    ? didYouMeanHint(value, ['manager', 'worker'])
    : `Docker Swarm calls it ${meant}`;
}
