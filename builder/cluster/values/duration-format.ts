import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { ValueFormat } from './value-format.ts';

/** `go-duration`: a span of time as Docker writes it. Source: Go, time.ParseDuration. */
export const goDuration: ValueFormat = (value, { name, at }) => {
  if (/^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(value)) return undefined;
  const hint = /^\d+d$/.test(value)
    ? `Docker has no days: write ${Number(value.slice(0, -1)) * 24}h`
    : 'write a number with its unit: 90s, 1m30s, 500ms';
  return error('duration-malformed', at, `${name} ${shown(value)} is not a span of time`, hint);
};
