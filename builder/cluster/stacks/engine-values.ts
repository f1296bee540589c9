import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { isAddress } from '../values/ipv6.ts';
import { shown } from '../../report/shown.ts';

/** Why Docker takes a value from a stack and then starts no container, and how to mend it. */
export interface ValueFault {
  readonly reason: string;
  readonly hint: string | undefined;
}

/** A value of a service as written: text, or a number where the schema allows one. */
export type Scalar = string | number;

type Judge = (value: Scalar) => ValueFault | undefined;

const mebibyte = 1024 * 1024;

/**
 * Judges of single values by their place below a service. Source: swarmkit, api/validation and manager/controlapi;
 * moby, daemon/container.go and daemon/daemon_unix.go; docker/cli, cli/compose/types. Each was seen with engines 26.1
 * (test/contract/swarm-engine.test.ts).
 */
const judges: readonly (readonly [place: RegExp, judge: Judge])[] = [
  [/^deploy\.replicas$/, notNegative],
  [/^deploy\.placement\.max_replicas_per_node$/, notNegative],
  [/^deploy\.(?:update_config|rollback_config)\.parallelism$/, notNegative],
  [/^deploy\.restart_policy\.max_attempts$/, notNegative],
  [/^deploy\.restart_policy\.(?:delay|window)$/, notBackwards],
  [/^deploy\.(?:update_config|rollback_config)\.(?:delay|monitor)$/, notBackwards],
  [/^deploy\.(?:update_config|rollback_config)\.max_failure_ratio$/, ratio],
  [/^deploy\.resources\.limits\.memory$/, (value) => atLeastMebibytes(value, 6)],
  [/^deploy\.resources\.reservations\.memory$/, (value) => atLeastMebibytes(value, 4)],
  [/^deploy\.resources\.limits\.cpus$/, (value) => atLeastProcessors(value, 0.01)],
  [/^deploy\.resources\.reservations\.cpus$/, (value) => atLeastProcessors(value, 0.001)],
  [/^healthcheck\.retries$/, notNegative],
  [/^healthcheck\.(?:interval|timeout|start_period|start_interval)$/, healthTime],
  [/^hostname$/, hostname],
  [/^environment\./, template],
  [/^volumes\.\d+(?:\.(?:source|target))?$/, template],
  [/^dns\.\d+$/, address],
  [/^dns$/, address],
  [/^extra_hosts\./, hostAddress],
  [/^isolation$/, isolation],
  [/^working_dir$/, absolute],
  [/^volumes\.\d+\.bind\.propagation$/, propagation],
  [/^sysctls\./, sysctl],
];

/** The fault of a value at a place below a service, its keys joined by dots; mappings of names are given as `key=value`. */
export function valueFault(place: string, value: Scalar): ValueFault | undefined {
  for (const [pattern, judge] of judges) {
    const fault = pattern.test(place) ? judge(value) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function notNegative(value: Scalar): ValueFault | undefined {
  return Number(value) < 0 ? { reason: 'but must be 0 or more', hint: undefined } : undefined;
}

function notBackwards(value: Scalar): ValueFault | undefined {
  return String(value).startsWith('-')
    ? { reason: 'but time does not run backwards', hint: 'write it without the -' }
    : undefined;
}

function healthTime(value: Scalar): ValueFault | undefined {
  const milliseconds = goMilliseconds(String(value));
  if (milliseconds === undefined || milliseconds === 0 || milliseconds >= 1) return undefined;
  return {
    reason: 'but Docker wants a millisecond at least',
    hint: 'write it like 30s; 0s takes the default',
  };
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go reads it, `1m30s`; undefined for what is none. Source: Go, time.ParseDuration. */
function goMilliseconds(text: string): number | undefined {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  const parts = [...rest.matchAll(/(\d*\.?\d+|\d+\.)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join('') !== rest || parts.length === 0) return undefined;
  const sum = parts.reduce(
    (total, [, count, unit = '']) => total + Number(count) * (unitMilliseconds[unit] ?? 0),
    0,
  );
  return sign === '-' ? -sum : sum;
}

function ratio(value: Scalar): ValueFault | undefined {
  const isRatio = Number(value) >= 0 && Number(value) <= 1;
  return isRatio ? undefined : { reason: 'but must be from 0 to 1', hint: 'a fifth is 0.2' };
}

const sizeUnits = 'bkmgtp';

function atLeastMebibytes(value: Scalar, least: number): ValueFault | undefined {
  const [, count, unit = 'b'] = /^(\d+(?:\.\d+)?)\s?([kmgtp])?i?b?$/i.exec(String(value)) ?? [];
  if (count === undefined) return undefined;
  const bytes = Number(count) * 1024 ** sizeUnits.indexOf(unit.toLowerCase());
  if (bytes >= least * mebibyte) return undefined;
  return { reason: `but no container has less than ${least} MiB`, hint: 'write it like 64M' };
}

function atLeastProcessors(value: Scalar, least: number): ValueFault | undefined {
  const count = Number(value);
  if (Number.isNaN(count) || count === 0 || count >= least) return undefined;
  return { reason: `but ${least} of a processor is the least`, hint: "write it like '0.5'" };
}

/** A kernel takes 64 characters, of which containers have 63. Source: sethostname(2). */
const longestHostname = 63;

function hostname(value: Scalar): ValueFault | undefined {
  const text = String(value);
  if (!text.includes('{{') && text.length > longestHostname) {
    return { reason: `which has ${text.length} characters`, hint: `shorten it to ${longestHostname}` };
  }
  return template(value);
}

/** Values that a swarm has for a task. Source: swarmkit, template/context.go. */
const knownFields =
  /^\.(?:Service(?:\.(?:ID|Name|Labels(?:\.\w+)*))?|Node(?:\.(?:ID|Hostname|Platform(?:\.(?:Architecture|OS))?))?|Task(?:\.(?:ID|Name|Slot))?)$/;
const fieldsHint =
  'a swarm knows .Service.ID, .Service.Name, .Node.ID, .Node.Hostname, .Task.ID, .Task.Name and .Task.Slot';

function template(value: Scalar): ValueFault | undefined {
  const text = String(value);
  const action = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
  if (text.replaceAll(action, '').includes('{{')) {
    return { reason: 'where {{ begins a placeholder that does not end', hint: fieldsHint };
  }
  for (const [written, inside = ''] of text.matchAll(action)) {
    const isKnown = inside.startsWith('.')
      ? !/^\.[\w.]*$/.test(inside) || knownFields.test(inside)
      : !/^(?:env|config|secret)\b/.test(inside);
    if (!isKnown) return { reason: `where ${written} means nothing to a swarm`, hint: fieldsHint };
  }
  return undefined;
}

function address(value: Scalar): ValueFault | undefined {
  if (isAddress(String(value))) return undefined;
  return { reason: 'which is not an IP address', hint: 'name servers are given by address, like 9.9.9.9' };
}

/** `name:address` of a list, or `name=address` of a mapping. */
function hostAddress(value: Scalar): ValueFault | undefined {
  const [, target] = /^[^:=]+[:=](.+)$/s.exec(String(value)) ?? [];
  if (target === undefined || target === 'host-gateway' || isAddress(target.replace(/^\[(.*)\]$/, '$1'))) {
    return undefined;
  }
  return { reason: `where ${shown(target)} is not an IP address`, hint: 'write it like name:192.168.1.20' };
}

function isolation(value: Scalar): ValueFault | undefined {
  return /^(?:default)?$/i.test(String(value))
    ? undefined
    : { reason: 'which only Windows has', hint: 'remove it' };
}

function absolute(value: Scalar): ValueFault | undefined {
  const text = String(value);
  if (text === '' || text.startsWith('/')) return undefined;
  return { reason: 'which is not a whole path', hint: `begin it with a /, like ${shown(`/${text}`)}` };
}

const propagations = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'];

function propagation(value: Scalar): ValueFault | undefined {
  const text = String(value);
  if (text === '' || propagations.includes(text)) return undefined;
  const hint = didYouMeanHint(text, propagations) ?? `write one of ${propagations.join(', ')}`;
  return { reason: 'which is no propagation of a mount', hint };
}

/** Settings that each container has for itself. Source: runc, libcontainer/configs/validate. */
const ownSettings =
  /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced|domainname)|fs\.mqueue\..+|net\..+)$/;

function sysctl(value: Scalar): ValueFault | undefined {
  const [name = '', ...rest] = String(value).split('=');
  if (rest.length === 0)
    return { reason: 'which has no value', hint: 'write it like net.core.somaxconn=1024' };
  if (ownSettings.test(name.replaceAll('/', '.'))) return undefined;
  return {
    reason: `but no container has ${shown(name)} for itself`,
    hint: 'set it on the nodes, by a file in /etc/sysctl.d',
  };
}
