import { expect, it } from 'vitest';
import { relocateSources } from '../../../../builder/system/debian-packages/relocate-sources.ts';

it('finds keys and mirror lists below the root, and leaves out discs and source packages', () => {
  const text = [
    '# a comment',
    'deb cdrom:[Debian GNU/Linux]/ trixie main',
    'deb [arch=arm64 signed-by=/usr/share/keyrings/docker.gpg] https://download.docker.com/linux/debian trixie stable',
    'deb-src http://archive.example/debian trixie main',
    'deb mirror+file:/etc/apt/mirrors/debian.list trixie main',
    '',
  ].join('\n');
  expect(relocateSources(text, 'one-line', '/root')).toBe(
    'deb [arch=arm64 signed-by=/root/usr/share/keyrings/docker.gpg] https://download.docker.com/linux/debian trixie stable\n' +
      'deb mirror+file:/root/etc/apt/mirrors/debian.list trixie main\n',
  );
});

it('does not take an archive that its image trusts without a signature', () => {
  expect(relocateSources('deb [trusted=yes] http://a.example/ ./\n', 'one-line', '/root')).toBe(
    'deb http://a.example/ ./\n',
  );
  expect(relocateSources('Types: deb\nURIs: http://a.example\nTrusted: yes\n', 'deb822', '/root')).toBe(
    'Types: deb\nURIs: http://a.example\n',
  );
});

it('reads stanzas, with keys in files and keys in place', () => {
  const key = 'Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abcd/efgh\n';
  const text = [
    'Types: deb deb-src',
    'URIs: mirror+file:///etc/apt/mirrors/debian.list',
    'Suites: trixie trixie-updates',
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp,/etc/apt/keyrings/own.asc',
    '',
    'Types: deb-src',
    'URIs: http://a.example',
    '',
    `Types: deb\n${key}`,
  ].join('\n');
  const relocated = relocateSources(text, 'deb822', '/root');
  expect(relocated).toContain('Types: deb\nURIs: mirror+file:///root/etc/apt/mirrors/debian.list\n');
  expect(relocated).toContain(
    'Signed-By: /root/usr/share/keyrings/debian-archive-keyring.pgp,/root/etc/apt/keyrings/own.asc\n',
  );
  expect(relocated).toContain('Enabled: no\nURIs: http://a.example\n');
  expect(relocated).toContain(key);
});

it('asks the archive that an old release has moved to', () => {
  const moved = [{ from: 'http://raspbian.raspberrypi.org/raspbian', to: 'http://legacy.example/raspbian' }];
  expect(
    relocateSources('deb http://raspbian.raspberrypi.org/raspbian/ buster main\n', 'one-line', '', moved),
  ).toBe('deb http://legacy.example/raspbian/ buster main\n');
});
