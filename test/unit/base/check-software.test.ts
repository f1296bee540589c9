import { expect, it } from 'vitest';
import { checkSoftware, type BaseSoftware } from '../../../builder/base/check-software.ts';
import { compareVersions, upstreamVersion } from '../../../builder/system/debian-packages/version.ts';

function base(
  name: string,
  versions: Record<string, string>,
  more: { architecture?: string; units?: [string, string][]; usesGlusterfs?: boolean } = {},
): BaseSoftware {
  const packages = Object.entries(versions).map(([packageName, version]) => ({
    name: packageName,
    version,
    architecture: more.architecture ?? 'arm64',
  }));
  return { name, packages, units: new Map(more.units), usesGlusterfs: more.usesGlusterfs ?? true };
}

const none = { images: [] };
const ids = (bases: BaseSoftware[], needs: Parameters<typeof checkSoftware>[1]): string[] =>
  checkSoftware(bases, needs).map(({ id }) => id);

it('reads versions as Debian writes them', () => {
  expect(
    ['5:29.1.3-0ubuntu1~24.04.1', '26.1.5+dfsg1-9', '1:2.3.3-1', '257.13-1~deb13u1'].map(upstreamVersion),
  ).toEqual(['29.1.3', '26.1.5', '2.3.3', '257.13']);
  expect(compareVersions('3.6', '3.6.1')).toBeLessThan(0);
  expect(compareVersions('10.3', '9.2')).toBeGreaterThan(0);
  expect(compareVersions('3.6.0', '3.6')).toBe(0);
});

it('refuses two majors of GlusterFS in one pool, and only where there is one', () => {
  const bases = [
    base('one', { 'glusterfs-server': '10.3-5' }),
    base('two', { 'glusterfs-client': '11.1-6' }),
  ];
  expect(checkSoftware(bases, none)[0]?.message).toBe(
    'two has GlusterFS 11.1, but one has 10.3: they cannot share a volume',
  );
  const away = base('two', { 'glusterfs-client': '11.1-6' }, { usesGlusterfs: false });
  expect(ids([bases[0]!, away], none)).toEqual([]);
  expect(ids([bases[0]!, base('three', { 'glusterfs-server': '10.1-1' })], none)).toEqual([]);
});

it('refuses a GlusterFS that dies on 32-bit ARM', () => {
  expect(ids([base('new', { 'glusterfs-server': '10.3-5' }, { architecture: 'armel' })], none)).toEqual([
    'glusterfs-dies-on-32-bit',
  ]);
  expect(ids([base('old', { 'glusterfs-server': '5.5-3' }, { architecture: 'armel' })], none)).toEqual([]);
});

it('refuses a unit that an old systemd would not load', () => {
  const units: [string, string][] = [
    ['/etc/systemd/system/a.service', '[Service]\nType=oneshot\nRestart=on-failure\n'],
    ['/etc/systemd/system/b.service', '[Service]\nType=oneshot\nRestart=no\n'],
    ['/etc/systemd/system/c.service', '[Service]\nType=notify\nRestart=always\n'],
  ];
  const [found, ...more] = checkSoftware(
    [base('buster', { systemd: '241-7~deb10u4+rpi1' }, { units })],
    none,
  );
  expect(found?.message).toContain('/etc/systemd/system/a.service');
  expect(more).toEqual([]);
  expect(ids([base('bookworm', { systemd: '252.39-1~deb12u1' }, { units })], none)).toEqual([]);
});

it('warns of programs that Docker 29 does not answer', () => {
  const docker29 = [base('noble', { 'docker.io': '29.1.3-0ubuntu3' })];
  const images = [
    'traefik:v3.5',
    'traefik:v3',
    'docker.io/traefik:3.6.0',
    'traefik:v3.6.1',
    'portainer/portainer-ce:2.33.4',
    'portainer/portainer-ce:lts',
    'nginx:1.25',
  ];
  const found = checkSoftware(docker29, { ...none, images });
  expect(found.map(({ message }) => message.split(' ')[0])).toEqual([
    'traefik:v3.5',
    'docker.io/traefik:3.6.0',
    'portainer/portainer-ce:2.33.4',
  ]);
  expect(new Set(found.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  expect(ids([base('trixie', { 'docker.io': '26.1.5+dfsg1-9' })], { ...none, images })).toEqual([]);
});
