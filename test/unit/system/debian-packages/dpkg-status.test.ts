import { expect, it } from 'vitest';
import {
  parseDpkgStatus,
  unfinishedPackages,
} from '../../../../builder/system/debian-packages/dpkg-status.ts';

const stanza = (name: string, architecture: string, status: string): string =>
  `Package: ${name}\nStatus: ${status}\nPriority: optional\nArchitecture: ${architecture}\nVersion: 1:2-3\nDescription: one\n Package: not a field\n`;

it('lists installed packages in order and leaves removed ones out', () => {
  const text = [
    stanza('zstd', 'arm64', 'install ok installed'),
    stanza('gone', 'arm64', 'deinstall ok config-files'),
    stanza('adduser', 'all', 'install ok installed'),
    stanza('adduser', 'arm64', 'hold ok installed'),
  ].join('\n');
  expect(parseDpkgStatus(text).map(({ name, architecture }) => `${name} ${architecture}`)).toEqual([
    'adduser all',
    'adduser arm64',
    'zstd arm64',
  ]);
  expect(parseDpkgStatus(text)[0]?.version).toBe('1:2-3');
  expect(unfinishedPackages(text)).toEqual([]);
});

it('names packages that are unpacked but not configured', () => {
  const text = [
    stanza('fine', 'all', 'install ok installed'),
    stanza('half', 'all', 'install ok half-configured'),
  ].join('\n');
  expect(unfinishedPackages(text)).toEqual(['half']);
});
