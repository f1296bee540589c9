import { expect, it } from 'vitest';
import { formatBytes, formatSeconds } from '../../../builder/report/format-units.ts';

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [1536, '1.5 KiB'],
  [2_684_354_560, '2.5 GiB'],
  [500 * 1024 * 1024, '500 MiB'],
])('formats %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [0.42, '0.4 s'],
  [12.4, '12 s'],
  [59.6, '1 min 00 s'],
  [185, '3 min 05 s'],
])('formats %d seconds as %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
