import { error } from '../../report/finding.ts';
import { formatIpv4, formatSubnet, parseIpv4, parseSubnet } from './ipv4.ts';
import { isIpv6 } from './ipv6.ts';
import { shown } from '../../report/shown.ts';
import { domainName } from './name-formats.ts';
import type { ValueFormat } from './value-format.ts';

/** `ipv4`: an address in dotted decimal. */
export const ipv4Address: ValueFormat = (value, { name, at }) => {
  if (parseIpv4(value) !== undefined) return undefined;
  if (value.includes(':')) return ipv6Instead(value, { name, at });
  const withoutPrefix = value.split('/', 1)[0] ?? '';
  if (value.includes('/') && parseIpv4(withoutPrefix) !== undefined) {
    return error(
      'address-with-prefix',
      at,
      `${name} is one address, but ${shown(value)} is a subnet`,
      `write ${withoutPrefix}`,
    );
  }
  return error(
    'address-malformed',
    at,
    `${name} ${shown(value)} is not an IPv4 address`,
    malformedHint(value),
  );
};

/** `ipv4-cidr`: a subnet with prefix length, /8 to /30, without bits behind the prefix. */
export const ipv4Cidr: ValueFormat = (value, { name, at }) => {
  const subnet = parseSubnet(value);
  if (subnet === undefined) {
    if (value.includes(':')) return ipv6Instead(value, { name, at });
    const hint =
      parseIpv4(value) === undefined
        ? 'write it like 192.168.1.0/24'
        : `add the prefix length: ${formatSubnet({ network: (parseIpv4(value) ?? 0) & ~255, prefixLength: 24 })}`;
    return error('subnet-malformed', at, `${name} ${shown(value)} is not an IPv4 subnet`, hint);
  }
  if (value !== formatSubnet(subnet)) {
    const message = `${name} ${value} has bits set behind its prefix`;
    return error('subnet-host-bits', at, message, `the subnet of that address is ${formatSubnet(subnet)}`);
  }
  if (subnet.prefixLength > 30) {
    const hint = 'use a /24 (254 addresses) or at least a /30 (2 addresses)';
    return error(
      'subnet-too-small',
      at,
      `${name} ${value} has no room for hosts between network and broadcast address`,
      hint,
    );
  }
  if (subnet.prefixLength < 8) {
    return error(
      'subnet-too-large',
      at,
      `${name} ${value} is larger than any private network`,
      'use a prefix between /8 and /30',
    );
  }
  return undefined;
};

/** `host`: a host name or an IPv4 address. */
export const host: ValueFormat = (value, place) => {
  if (/^[\d.]+$/.test(value)) return ipv4Address(value, place);
  if (value.includes(':')) return ipv6Instead(value, place);
  return domainName(value, place);
};

/** `ip`: an IPv4 or IPv6 address of one machine. */
export const ipAddress: ValueFormat = (value, place) => {
  const { name, at } = place;
  if (value.includes(':')) {
    if (!isIpv6(value)) {
      const hint = value.includes('%')
        ? `leave out the interface: ${value.replace(/%.*$/, '')}`
        : 'write it like fd00::53, without brackets';
      return error('address-malformed', at, `${name} ${shown(value)} is not an IPv6 address`, hint);
    }
    return /^ff/i.test(value) || /^[0:]+$/.test(value) ? noMachine(value, place) : undefined;
  }
  const address = parseIpv4(value);
  if (address === undefined) return ipv4Address(value, place);
  const [first = 0] = value.split('.').map(Number);
  return first === 0 || first >= firstMulticast ? noMachine(value, place) : undefined;
};

/** 224.0.0.0 and all above are multicast or reserved. Source: RFC 6890. */
const firstMulticast = 224;

const noMachine: ValueFormat = (value, { name, at }) =>
  error(
    'address-unusable',
    at,
    `${name} ${value} is not the address of one machine`,
    'name the server itself',
  );

/** `time-server`: a host name, or an IPv4 or IPv6 address. */
export const timeServer: ValueFormat = (value, place) =>
  value.includes(':') || /^[\d.]+$/.test(value) ? ipAddress(value, place) : domainName(value, place);

/** `mac`: the hardware address of one network interface, with colons. Source: IEEE 802, 8.2. */
export const macAddress: ValueFormat = (value, { name, at }) => {
  const isWellFormed = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(value);
  const digits = value.replaceAll(/[^0-9a-f]/gi, '');
  if (isWellFormed) {
    const isOfOne = (Number.parseInt(digits.slice(0, 2), 16) & 1) === 0 && /[^0]/.test(digits);
    if (isOfOne) return undefined;
    const message = `${name} ${value} is not the address of one interface`;
    return error('mac-malformed', at, message, 'write it as `ip link` shows it on the node');
  }
  const isDashed = digits.length === 12 && /^[0-9a-f]{2}([-.]?[0-9a-f]{2}){5}$/i.test(value);
  const hint = isDashed
    ? `write ${(digits.toLowerCase().match(/../g) ?? []).join(':')}`
    : 'write six pairs of hexadecimal digits, like b8:27:eb:00:00:01';
  return error('mac-malformed', at, `${name} ${shown(value)} is not a hardware address`, hint);
};

const ipv6Instead: ValueFormat = (value, { name, at }) =>
  error(
    'address-ipv6',
    at,
    `${name} ${shown(value)} is IPv6, but the nodes talk to each other over IPv4`,
    'Docker Swarm and the virtual IP need an IPv4 address; nodes may still get IPv6 addresses by themselves',
  );

function malformedHint(value: string): string {
  const parts = value.split('.').map(Number);
  if (parts.length === 4 && /^[\d.]+$/.test(value)) {
    const tooLarge = parts.find((part) => part > 255);
    if (tooLarge !== undefined) return `each of the four numbers is at most 255, ${tooLarge} is not`;
    const decimal = formatIpv4(parts.reduce((sum, part) => sum * 256 + part, 0));
    return `leading zeros mean octal to some programs: write ${decimal}`;
  }
  return 'write four numbers from 0 to 255, like 192.168.1.10';
}

/** `host-port`: a host with a TCP port, `192.168.1.50:2377`. */
export const hostPort: ValueFormat = (value, place) => {
  const { name, at } = place;
  const [, address = '', port = ''] = /^([^:\s]+):(\d{1,5})$/.exec(value) ?? [];
  if (address === '') {
    const hint = /^[^:\s]+$/.test(value) ? `write ${value}:2377` : 'write it like 192.168.1.50:2377';
    return error('host-port-malformed', at, `${name} ${shown(value)} is not an address with a port`, hint);
  }
  if (!isPort(port))
    return error('host-port-malformed', at, `${name} has no port ${port}: they end at 65535`);
  return host(address, place);
};

/** `open-port`: a port or a range of ports, with the protocol: `80/tcp`, `8000-8010/udp`. */
export const openPort: ValueFormat = (value, { name, at }) => {
  const [, first = '', last = first, protocol = ''] = /^(\d{1,5})(?:-(\d{1,5}))?\/(\w+)$/.exec(value) ?? [];
  const isRange = isPort(first) && isPort(last) && Number(first) <= Number(last);
  if (isRange && (protocol === 'tcp' || protocol === 'udp')) return undefined;
  const hint = isPort(value) ? `write ${value}/tcp` : 'write it like 80/tcp, 53/udp or 8000-8010/tcp';
  return error('open-port-malformed', at, `${name} ${shown(value)} is not a port with its protocol`, hint);
};

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}
