import { describe, expect, it } from 'vitest';
import { parseBoxOptions } from '../../../../builder/make/vagrant/box-options.ts';

describe('parseBoxOptions', () => {
  // What RubyGems' Gem::Version takes, which Vagrant orders boxes by.
  it.each(['1', '0.1.0', '2026.11.30', '1.2.0-rc1', '1.2.0.pre1', '1.0.0-beta.2'])(
    'takes version %s',
    (version) => {
      expect(parseBoxOptions({ boxVersion: version }).version).toBe(version);
    },
  );

  it.each(['', 'a', '>= 0', '1..2', '1.', 'v1.0', '1.0\n', '1 0', '"1.0"'])(
    'refuses version %j',
    (version) => {
      expect(() => parseBoxOptions({ boxVersion: version })).toThrow('is not a version that Vagrant reads');
    },
  );

  it.each(['https://boxes.example/lab', 'http://10.0.0.1:8080/', 'file:///srv/boxes', '/srv/boxes'])(
    'takes URL %s',
    (url) => {
      expect(parseBoxOptions({ boxUrl: url }).url).toBe(url);
    },
  );

  it.each(['', 'boxes.example', 'https://[::1', 'https://a b', 'ftp://x'])('refuses URL %j', (url) => {
    expect(() => parseBoxOptions({ boxUrl: url })).toThrow('is not a URL or an absolute path');
  });

  it('leaves out what is not given', () => {
    expect(parseBoxOptions({})).toEqual({ version: null, url: null });
  });
});
