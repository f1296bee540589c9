import { expect, it } from 'vitest';
import {
  parsePackageFiles,
  parseSimulation,
  parseUnmet,
} from '../../../../builder/system/debian-packages/apt-output.ts';

const digest = 'bc252a7ac4f12b1fa9f1f36d578c9cfcbed4ce4bf5388f11d43fda7abafadfcd';

it('lists the files to download, and none without a SHA-256', () => {
  const stdout = [
    'Reading package lists...',
    `'http://a.example/k/keepalived_2.3.3-1_amd64.deb' keepalived_1%3a2.3.3-1_amd64.deb 590684 SHA256:${digest}`,
    "'http://a.example/l/libnl_3_amd64.deb' libnl_3_amd64.deb 59432 MD5Sum:315bd524081101b3723d5d46cf8162d2",
    '',
  ].join('\n');
  expect(parsePackageFiles(stdout)).toEqual([
    {
      uri: 'http://a.example/k/keepalived_2.3.3-1_amd64.deb',
      fileName: 'keepalived_1%3a2.3.3-1_amd64.deb',
      sizeBytes: 590684,
      sha256: digest,
    },
  ]);
});

it('reads what is installed, upgraded and removed', () => {
  const stdout = [
    'Inst libc6 [2.41-12] (2.41-13 Debian:13.8/stable [arm64]) []',
    'Inst chrony (4.6.1-3+deb13u2 Debian:13.8/stable, Debian-Security:13/stable-security [arm64])',
    'Inst pci.ids (0.0~2025.06.09-1 Debian:13.8/stable [all])',
    'Remv systemd-timesyncd [257.13-1~deb13u1]',
    'Conf chrony (4.6.1-3+deb13u2 Debian:13.8/stable [arm64])',
  ].join('\n');
  expect(parseSimulation(stdout)).toEqual({
    installed: [
      { name: 'libc6', version: '2.41-13', architecture: 'arm64' },
      { name: 'chrony', version: '4.6.1-3+deb13u2', architecture: 'arm64' },
      { name: 'pci.ids', version: '0.0~2025.06.09-1', architecture: 'all' },
    ],
    removed: ['systemd-timesyncd'],
  });
});

it('tells what no archive has from what cannot be installed', () => {
  const stdout = [
    'The following packages have unmet dependencies:',
    ' satisfy:command-line : Depends: nonex but it is not installable',
    '                        Depends: nonex1 but it is not installable or',
    '                                 nonex2 but it is not installable',
    ' other : Depends: libfoo but it is not installable',
  ].join('\n');
  const { unavailable, lines } = parseUnmet(stdout);
  expect(unavailable).toEqual(['nonex', 'nonex1', 'nonex2']);
  expect(lines).toHaveLength(4);
});
