import { describe, expect, it } from 'vitest';
import {
  findDebianMirror,
  parseDeb822Sources,
  parseOneLineSources,
} from '../../../../builder/base/host/apt-sources.ts';

describe('parseOneLineSources', () => {
  it('reads options, comments and several components, and leaves source packages out', () => {
    const text = `
# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
deb\thttp://mirror.example/debian\tbookworm-updates\tmain`;
    expect(parseOneLineSources(text)).toEqual([
      { uri: 'http://mirror.example/debian', suites: ['bookworm'], components: ['main', 'contrib'] },
      { uri: 'http://mirror.example/debian', suites: ['bookworm-updates'], components: ['main'] },
    ]);
  });
});

describe('parseDeb822Sources', () => {
  it('reads stanzas with continued lines and several URIs, and leaves disabled ones out', () => {
    const text = `Types: deb deb-src
# a comment
URIs: http://one.example/debian http://two.example/debian
Suites: trixie
 trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .

Enabled: no
Types: deb
URIs: http://three.example/debian
Suites: trixie
Components: main

Types: deb-src
URIs: http://four.example/debian
Suites: trixie
Components: main
`;
    expect(parseDeb822Sources(text)).toEqual([
      { uri: 'http://one.example/debian', suites: ['trixie', 'trixie-updates'], components: ['main'] },
      { uri: 'http://two.example/debian', suites: ['trixie', 'trixie-updates'], components: ['main'] },
    ]);
  });
});

describe('findDebianMirror', () => {
  const vendor = { uri: 'https://vendor.example/linux/debian', suites: ['bookworm'], components: ['main'] };
  const debian = {
    uri: 'http://mirror.example/mirror',
    suites: ['bookworm', 'bookworm-updates'],
    components: ['main'],
  };
  const security = {
    uri: 'http://mirror.example/security',
    suites: ['bookworm-security'],
    components: ['main'],
  };

  it('prefers the archive that also has the updates', () => {
    expect(findDebianMirror([vendor, debian, security], 'bookworm')).toEqual({
      main: debian.uri,
      security: security.uri,
    });
  });

  it('takes an archive named debian where none has the updates', () => {
    const plain = { uri: 'http://mirror.example/debian/', suites: ['bookworm'], components: ['main'] };
    expect(findDebianMirror([plain], 'bookworm')).toEqual({ main: plain.uri, security: undefined });
  });

  it('knows none among the sources of another release, without main, or on a disc', () => {
    const disc = { uri: 'cdrom:[Debian]/debian', suites: ['bookworm'], components: ['main'] };
    const stable = { uri: 'http://vendor.example/debian', suites: ['bookworm'], components: ['stable'] };
    expect(findDebianMirror([debian], 'trixie').main).toBeUndefined();
    expect(findDebianMirror([disc, stable], 'bookworm').main).toBeUndefined();
  });
});
