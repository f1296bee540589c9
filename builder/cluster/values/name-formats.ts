import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { ValueFormat } from './value-format.ts';

/** Source: RFC 1123 section 2.1, RFC 1035 section 2.3.4. */
const longestLabel = 63;

/** `dns-label`: one part of a host name. Names of clusters and nodes are both; in a host name only lower case is used here. */
export const dnsLabel: ValueFormat = (value, { name, at }) => {
  if (value.length > longestLabel) {
    return error(
      'name-too-long',
      at,
      `${name} has ${value.length} characters, but a host name has at most ${longestLabel}`,
    );
  }
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(value)) return undefined;
  const better = value
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const rule = 'use a-z, 0-9 and - only, with no - at either end';
  return error(
    'name-not-a-label',
    at,
    `${name} ${shown(value)} is not a host name`,
    better === '' ? rule : `${rule}: ${better}`,
  );
};

/** True for a label that resolvers read as a number, so that a name which ends in it is an address. Source: inet_aton(3), WHATWG URL 4.1. */
export function isNumber(label: string): boolean {
  return /^(\d+|0x[0-9a-f]*)$/i.test(label);
}

/** `domain`: a domain name of one or more labels. */
export const domainName: ValueFormat = (value, { name, at }) => {
  const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;
  const labels = value.replace(/\.$/, '').split('.');
  const valid =
    value.length <= 253 && labels.every((part) => part.length <= longestLabel && label.test(part));
  if (valid && isNumber(labels.at(-1) ?? '')) {
    const message = `${name} ${shown(value)} ends in a number, and programs read such a name as an IPv4 address`;
    return error('domain-malformed', at, message, 'write a name that ends in letters, like home.example');
  }
  if (valid) return undefined;
  return error(
    'domain-malformed',
    at,
    `${name} ${shown(value)} is not a domain name`,
    `write it like ${/\bntp\b/.test(name) ? 'time.example' : 'home.example'}`,
  );
};

/** `user-name`: what Debian's adduser accepts. */
export const userName: ValueFormat = (value, { name, at }) => {
  if (/^[a-z_][a-z0-9_-]{0,31}$/.test(value)) return undefined;
  const hint = 'begin with a-z, go on with a-z, 0-9, _ or -, 32 characters at most';
  return error('user-name-malformed', at, `${name} ${shown(value)} is not a Linux user name`, hint);
};

/** `group-name`: what groupadd accepts. */
export const groupName: ValueFormat = (value, { name, at }) => {
  if (/^[a-z_][a-z0-9_-]{0,31}$/.test(value)) return undefined;
  const hint = 'begin with a-z, go on with a-z, 0-9, _ or -, 32 characters at most';
  return error('group-name-malformed', at, `${name} ${shown(value)} is not a Linux group name`, hint);
};

/** `package-name`. No package ends in a minus, which tells apt to remove it. Source: Debian Policy 5.6.1; apt-get(8). */
export const packageName: ValueFormat = (value, { name, at }) => {
  if (/^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/.test(value)) return undefined;
  const hint = packageHint(value);
  return error('package-name-malformed', at, `${name} ${shown(value)} is not a Debian package name`, hint);
};

function packageHint(value: string): string {
  if (/[=/:]/.test(value)) return 'write the name only: versions come from the pinned release of the base';
  if (/^[a-z0-9].*-$/.test(value)) return 'take the minus off: packages of the base cannot be removed';
  return 'write the name as apt knows it, in lower case, one per list item';
}

/** `label-name`: a node label that can be used in a placement constraint. */
export const labelName: ValueFormat = (value, { name, at }) => {
  if (/^[a-zA-Z0-9]([a-zA-Z0-9._/-]{0,61}[a-zA-Z0-9])?$/.test(value)) return undefined;
  const hint = 'use letters, digits and . _ / - inside, 63 characters at most';
  return error('label-name-malformed', at, `${name} is not usable as a node label`, hint);
};

/** `line`: text on one line, without control characters. */
export const oneLine: ValueFormat = (value, { name, at }) =>
  /^[^\p{Cc}]*$/u.test(value)
    ? undefined
    : error('text-not-one-line', at, `${name} must be one line of text without control characters`);

/** `stack-name`: what `docker stack deploy` accepts, short enough for the names of its services. */
export const stackName: ValueFormat = (value, { name, at }) => {
  if (/^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$/.test(value)) return undefined;
  const hint = 'use a-z, 0-9, - and _ inside, 32 characters at most';
  return error('stack-name-malformed', at, `${name} is not usable as the name of a stack`, hint);
};

/** Networks that every Docker has; a swarm cannot have another one of that name. */
const ownNetworks: ReadonlySet<string> = new Set([
  'bridge',
  'default',
  'docker_gwbridge',
  'host',
  'ingress',
  'none',
]);

/** `network-name`: a network of a swarm. Source: moby/swarmkit, manager/controlapi, validateNetworkSpec. */
export const networkName: ValueFormat = (value, { name, at }) => {
  if (ownNetworks.has(value)) {
    const message = `${name} ${shown(value)} is a network that Docker makes by itself`;
    return error('network-name-malformed', at, message, 'choose another name');
  }
  if (/^[a-zA-Z0-9](?:[-_.]?[a-zA-Z0-9]){0,62}$/.test(value)) return undefined;
  const hint = 'use letters and digits, with single - _ . between them, 63 characters at most';
  return error(
    'network-name-malformed',
    at,
    `${name} ${shown(value)} is not usable as the name of a network`,
    hint,
  );
};
