import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error, note } from '../../report/finding.ts';
import { oldTimeZones } from '../values/old-time-zones.ts';
import { shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Range of `Etc/GMT-14` to `Etc/GMT+12`. Source: tz database, file etcetera. */
const farthestEast = 14;
const farthestWest = 12;

function* timezoneUnknown({ cluster, environment, locator }: RuleContext): Iterable<Diagnostic> {
  const { timezone } = cluster;
  const { timeZones } = environment;
  if (timezone === 'UTC' || timeZones.length === 0 || timeZones.includes(timezone)) return;
  const fallback = 'write it like Europe/Rome; `timedatectl list-timezones` lists them all';
  yield error(
    'timezone-unknown',
    locator.value(['timezone']),
    `there is no time zone ${shown(timezone)}`,
    offsetHint(timezone) ?? nameHint(timezone, timeZones) ?? fallback,
  );
}

function nameHint(timezone: string, timeZones: readonly string[]): string | undefined {
  const cities = new Map(timeZones.map((zone) => [zone.replace(/^.*\//, ''), zone]));
  const city = cities.get(timezone) ?? cities.get(timezone.replaceAll(' ', '_'));
  return city === undefined ? didYouMeanHint(timezone, timeZones) : `did you mean ${city}?`;
}

/** Offsets from UTC: the names of the tz database have the opposite sign. */
function offsetHint(timezone: string): string | undefined {
  const [, sign, hours, minutes = '00'] =
    /^(?:etc\/)?(?:utc|gmt)\s?([+-])0?(\d{1,2})(?::?(\d\d))?$/i.exec(timezone) ?? [];
  if (sign === undefined || hours === undefined) return undefined;
  const isEast = sign === '+';
  const city = 'write a city that has this time, in the form Europe/Rome';
  if (minutes !== '00' || Number(hours) > (isEast ? farthestEast : farthestWest)) return city;
  const name = `Etc/GMT${isEast ? '-' : '+'}${hours}`;
  return `${city}; or ${name}, which is UTC${sign}${hours}: these names have the opposite sign, and no summer time`;
}

/** The name is right, and yet many who write it mean the opposite. */
function* timezoneOpposite({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const [, sign, hours] = /^Etc\/GMT([+-])([1-9]\d?)$/.exec(cluster.timezone) ?? [];
  if (sign === undefined) return;
  const [side, other] = sign === '+' ? ['behind', '-'] : ['ahead of', '+'];
  yield note(
    'timezone-opposite',
    locator.value(['timezone']),
    `${cluster.timezone} is ${hours} h ${side} UTC: these names have the opposite sign`,
    `if you mean UTC${sign}${hours}, write Etc/GMT${other}${hours}, or a city like Europe/Rome`,
  );
}

/** cloud-init would leave such a node on UTC. */
function* timezoneOld({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const today = oldTimeZones.get(cluster.timezone);
  if (today === undefined || cluster.packages.includes('tzdata-legacy')) return;
  for (const { base } of cluster.nodes) {
    if (base.from !== 'definition' || base.definition.software.old_time_zones === true) continue;
    const message = `${shown(cluster.timezone)} is an old name, which base ${base.name} does not have`;
    const hint = `write ${today}, or add the package: packages: [tzdata-legacy]`;
    yield error('timezone-old', locator.value(['timezone']), message, hint);
    return;
  }
}

/** Rules about the nodes' clock. */
export const timeZoneRules: readonly Rule[] = [
  { reads: ['timezone'], check: timezoneUnknown },
  { reads: ['timezone'], check: timezoneOpposite },
  { reads: ['timezone', 'packages', 'profile', 'base', 'nodes'], check: timezoneOld },
];
