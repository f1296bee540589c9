import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { shown } from '../../report/shown.ts';

/** Log drivers that each Docker has. Source: moby, daemon/logdrivers_linux.go. */
export const logDrivers: ReadonlySet<string> = new Set(
  'awslogs fluentd gcplogs gelf journald json-file local logentries none splunk syslog'.split(' '),
);

const filters = ['labels', 'labels-regex', 'env', 'env-regex', 'tag'];
const delivery = ['mode', 'max-buffer-size'];
/** Of the drivers that most people use. Source: moby, daemon/logger/jsonfilelog and daemon/logger/local. */
const optionsOf: Readonly<Record<string, ReadonlySet<string>>> = {
  'json-file': new Set(['max-size', 'max-file', 'compress', ...filters, ...delivery]),
  local: new Set(['max-size', 'max-file', 'compress', ...delivery]),
};

/** Finds a wrong option of a log driver: its name, or its value. Drivers that we do not know take any. */
export interface LogOptionFault {
  readonly of: 'name' | 'value';
  readonly message: string;
  readonly hint: string;
}

/** Docker starts no container with an option that its log driver does not know or cannot read. */
export function logOptionFault(driver: string, name: string, value: unknown): LogOptionFault | undefined {
  const known = optionsOf[driver];
  if (known === undefined) return undefined;
  if (!known.has(name)) {
    const message = `log driver ${driver} has no option ${shown(name)}`;
    return { of: 'name', message, hint: didYouMeanHint(name, known) ?? 'remove it' };
  }
  if (name !== 'max-size' || /^(?:-1|\d+(?:\.\d+)?\s?[kmgtp]?i?b?)$/i.test(String(value))) return undefined;
  return {
    of: 'value',
    message: `max-size is ${shown(value)}, which is not a size`,
    hint: 'write it like 10m',
  };
}
