import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error, warning } from '../../report/finding.ts';
import { parseSubnet } from '../values/ipv4.ts';
import { isAddress, isIpv6 } from '../values/ipv6.ts';
import { logDrivers, logOptionFault } from '../values/log-drivers.ts';
import { shown } from '../../report/shown.ts';
import { isMapping } from '../source/is-mapping.ts';
import type { Rule, RuleContext } from './rule.ts';

interface Shape {
  readonly fits: (value: string) => boolean;
  readonly what: string;
}

const matches =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);
const oneOf = (words: string): Shape => ({
  fits: (value) => words.split(' ').includes(value),
  what: `one of ${words.replaceAll(' ', ', ')}`,
});
const address: Shape = { fits: isAddress, what: 'an IP address, like 192.168.1.1' };
const ipv6: Shape = { fits: isIpv6, what: 'an IPv6 address' };
const subnet: Shape = {
  fits: (value) => parseSubnet(value) !== undefined,
  what: 'an address with its prefix, like 172.30.0.1/24',
};
const subnet6: Shape = {
  fits: (value) => /\/(?:\d|[1-9]\d|1[01]\d|12[0-8])$/.test(value) && isIpv6(value.replace(/\/\d+$/, '')),
  what: 'an IPv6 subnet, like fd00:1::/64',
};
const pair: Shape = { fits: matches(/^[^=\s]+=/), what: 'KEY=VALUE' };
const path: Shape = { fits: matches(/^\//), what: 'a whole path' };

/** Of settings that are text, or lists of text. Source: moby, opts and daemon/config; dockerd --validate finds most of it. */
const shapes: Readonly<Record<string, Shape>> = {
  bip: subnet,
  'default-gateway': address,
  'default-gateway-v6': ipv6,
  'default-cgroupns-mode': oneOf('host private'),
  'default-ipc-mode': oneOf('private shareable'),
  'default-shm-size': { fits: matches(/^\d+(?:\.\d+)?\s?[kmgtp]?i?b?$/i), what: 'a size, like 64M' },
  dns: address,
  'dns-search': {
    fits: matches(/^(?:\.|[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*\.?)$/i),
    what: 'the name of a domain',
  },
  'exec-opts': pair,
  'fixed-cidr': subnet,
  'fixed-cidr-v6': subnet6,
  'host-gateway-ip': address,
  'init-path': path,
  ip: address,
  labels: pair,
  'log-level': oneOf('debug info warn error fatal'),
  'metrics-addr': { fits: matches(/:\d{1,5}$/), what: 'ADDRESS:PORT' },
  'node-generic-resources': { fits: matches(/^[^=\s]+=[^=\s]+$/), what: 'NAME=NUMBER or NAME=ID' },
  'seccomp-profile': { fits: matches(/^(?:\/.*|builtin|unconfined)$/), what: 'a whole path, or unconfined' },
  'storage-driver': oneOf('btrfs fuse-overlayfs overlay2 vfs zfs'),
  'storage-opts': pair,
};

function* textWrong({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [name, value] of Object.entries(written.docker ?? {})) {
    const shape = shapes[name];
    if (shape === undefined) continue;
    const items = Array.isArray(value)
      ? value.map((item, index) => [item, index] as const)
      : [[value] as const];
    for (const [item, ...index] of items) {
      if (typeof item !== 'string' || shape.fits(item)) continue;
      const place = ['docker', name, ...index];
      const message = `${locator.name(place)} is ${shown(item)}, but must be ${shape.what}`;
      yield error('docker-value', locator.value(place), message, 'Docker does not start with anything else');
    }
  }
}

const counts = ['max-concurrent-downloads', 'max-concurrent-uploads', 'max-download-attempts'];

function* countWrong({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const name of counts) {
    const value = written.docker?.[name];
    if (typeof value !== 'number' || value >= 0) continue;
    const message = `docker.${name} is ${value}, but must be 0 or more`;
    yield error('docker-value', locator.value(['docker', name]), message, 'Docker does not start with it');
  }
}

/** Types inside a mapping, by key: true when Docker's Go types take it. */
const members: Readonly<Record<string, readonly [fits: (value: unknown) => boolean, what: string]>> = {
  'default-ulimits': [
    (value) =>
      isMapping(value) &&
      typeof value['Name'] === 'string' &&
      [value['Hard'], value['Soft']].every(Number.isInteger),
    '{ Name: nofile, Hard: 64000, Soft: 64000 }',
  ],
  features: [(value) => typeof value === 'boolean', 'true or false'],
  runtimes: [
    (value) =>
      isMapping(value) && (typeof value['path'] === 'string' || typeof value['runtimeType'] === 'string'),
    '{ path: /usr/bin/NAME }',
  ],
  'default-network-opts': [
    (value) => isMapping(value) && Object.values(value).every((text) => typeof text === 'string'),
    'a mapping of names to texts, numbers in quotes',
  ],
};

function* memberWrong({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [name, [fits, what]] of Object.entries(members)) {
    const value = written.docker?.[name];
    for (const [key, member] of isMapping(value) ? Object.entries(value) : []) {
      if (fits(member)) continue;
      const place = ['docker', name, key];
      const at = locator.value(place) ?? locator.key(place);
      const message = `${locator.name(place)} must be ${what}`;
      yield error('docker-value', at, message, 'Docker does not start with anything else');
    }
  }
}

function* runtimeUnknown({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const name = written.docker?.['default-runtime'];
  if (typeof name !== 'string' || name.startsWith('io.containerd.')) return;
  const known = ['runc', ...Object.keys(written.docker?.['runtimes'] ?? {})];
  if (known.includes(name)) return;
  const hint = didYouMeanHint(name, known) ?? 'name it under docker.runtimes, with its path';
  const message = `docker.default-runtime is ${shown(name)}, which Docker does not know`;
  yield error('docker-value', locator.value(['docker', 'default-runtime']), message, hint);
}

function* logWrong({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const driver = written.docker?.['log-driver'] ?? 'json-file';
  if (typeof driver !== 'string') return;
  if (!logDrivers.has(driver)) {
    const message = `Docker has no log driver ${shown(driver)} of its own: no container starts where a node has no such plugin`;
    const hint = didYouMeanHint(driver, logDrivers) ?? 'install the plugin on the nodes, or write json-file';
    yield warning('docker-log-driver', locator.value(['docker', 'log-driver']), message, hint);
  }
  const options = written.docker?.['log-opts'];
  for (const [name, value] of isMapping(options) ? Object.entries(options) : []) {
    const fault = logOptionFault(driver, name, value);
    const place = ['docker', 'log-opts', name];
    const at = fault?.of === 'name' ? locator.key(place) : locator.value(place);
    if (fault !== undefined) yield error('docker-value', at, fault.message, fault.hint);
  }
}

/** Rules about values of settings of Docker that its daemon reads in a form of their own. */
export const dockerValueRules: readonly Rule[] = [
  textWrong,
  countWrong,
  memberWrong,
  runtimeUnknown,
  logWrong,
].map((check): Rule => ({ reads: ['docker'], check }));
