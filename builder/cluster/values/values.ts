import {
  host,
  hostPort,
  ipAddress,
  ipv4Address,
  ipv4Cidr,
  macAddress,
  openPort,
  timeServer,
} from './address-formats.ts';
import {
  dnsLabel,
  domainName,
  groupName,
  labelName,
  networkName,
  oneLine,
  packageName,
  stackName,
  userName,
} from './name-formats.ts';
import { locale } from './locale-format.ts';
import { mountOptions } from './mount-options.ts';
import { devicePath, fileMode, fileOwner, nodePath } from './path-formats.ts';
import {
  countryCode,
  dtoverlay,
  enterprisePassword,
  interfaceName,
  wifiPassword,
  wifiSsid,
} from './setting-formats.ts';
import { goDuration } from './duration-format.ts';
import type { ValueFormat } from './value-format.ts';

/** Every `format` that the schemas in `profiles/schemas` use. */
export const formats: Readonly<Record<string, ValueFormat>> = {
  ipv4: ipv4Address,
  'ipv4-cidr': ipv4Cidr,
  ip: ipAddress,
  'time-server': timeServer,
  mac: macAddress,
  host,
  'host-port': hostPort,
  'open-port': openPort,
  domain: domainName,
  'dns-label': dnsLabel,
  'user-name': userName,
  'group-name': groupName,
  'package-name': packageName,
  'label-name': labelName,
  'stack-name': stackName,
  'network-name': networkName,
  line: oneLine,
  'node-path': nodePath,
  'device-path': devicePath,
  'mount-options': mountOptions,
  'file-mode': fileMode,
  'file-owner': fileOwner,
  locale,
  'country-code': countryCode,
  'wifi-ssid': wifiSsid,
  'wifi-password': wifiPassword,
  'enterprise-password': enterprisePassword,
  'interface-name': interfaceName,
  dtoverlay,
  'go-duration': goDuration,
};
