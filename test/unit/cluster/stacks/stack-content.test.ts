import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePort } from '../../../../builder/cluster/stacks/published-port.ts';
import { readStackContent } from '../../../../builder/cluster/stacks/stack-content.ts';
import { listStacks } from '../../../../builder/cluster/stacks/list-stacks.ts';

describe('the ports of a service', () => {
  const published = (written: unknown) =>
    parsePort(written, []).published.map(
      ({ port, protocol, isIngress }) => `${port}/${protocol}${isIngress ? '' : ' host'}`,
    );

  it.each<[unknown, string[]]>([
    ['80:8080', ['80/tcp']],
    ['53:53/udp', ['53/udp']],
    ['127.0.0.1:80:8080', ['80/tcp']],
    ['9000-9002:80-82', ['9000/tcp', '9001/tcp', '9002/tcp']],
    [{ target: 80, published: 8080 }, ['8080/tcp']],
    [{ target: 80, published: 8080, protocol: 'udp', mode: 'host' }, ['8080/udp host']],
    ['8080', []],
    [8080, []],
    ['0080:80', ['80/tcp']],
    ['8000-8002:80', ['8000/tcp', '8001/tcp', '8002/tcp']],
    ['[::1]:53:53/UDP', ['53/udp']],
    ['132:132/sctp', ['132/sctp']],
    [':80', []],
    [{ target: 80 }, []],
  ])('%j publishes %j', (written, expected) => {
    expect(published(written)).toEqual(expected);
  });
});

describe('a port that Docker refuses', () => {
  it.each([
    '9002-9000:80',
    '70000:80',
    '80:80/upd',
    'web:80',
    '80:',
    '',
    '300.1.1.1:80:80',
    '80-81:90-93',
    '80:0x50',
  ])('is refused: %s', (written) => {
    expect(parsePort(written, []).wrong).toBeTypeOf('string');
  });

  it('is none that Docker takes', () => {
    const written = ['1-65535:1-65535', '22:22', 8080, { target: 80 }, { target: 80, published: 0 }, '::80'];
    expect(written.flatMap((one) => parsePort(one, []).wrong ?? [])).toEqual([]);
  });
});

describe('a compose file', () => {
  it('says which folders it binds and which files it names', () => {
    const content = readStackContent(
      parse(`
services:
  web:
    image: web:1
    env_file: ./web.env
    volumes:
      - /mnt/cluster/web:/data:ro
      - named:/cache
      - /anonymous
      - { type: bind, source: /srv/x, target: /x }
      - { type: volume, source: named, target: /y }
  db:
    env_file: [./db.env]
volumes:
  named: { driver_opts: { type: none, o: bind, device: /mnt/cluster/named } }
configs: { site: { file: ./site.conf }, there: { external: true } }
secrets: { key: { file: ./key.txt } }`),
    );
    expect(content.services.flatMap(({ binds }) => binds.map(({ source }) => source))).toEqual([
      '/mnt/cluster/web',
      '/srv/x',
    ]);
    expect(content.volumeDevices.map(({ source }) => source)).toEqual(['/mnt/cluster/named']);
    expect(content.files.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
      './web.env env_file',
      './db.env env_file',
      './site.conf config',
      './key.txt secret',
    ]);
  });

  it.each([null, 7, 'text', [], { services: [] }, { services: { web: null } }, { configs: { a: 7 } }])(
    'of any shape can be read: %j',
    (tree) => {
      expect(readStackContent(tree).files).toEqual([]);
    },
  );
});

it.each<[unknown, string[]]>([
  [
    ['./web.yaml', 'old/web.yml'],
    ['web', 'web'],
  ],
  [
    ['./shop/compose.yaml', 'blog/docker-compose.yml', './x/stack.yaml'],
    ['shop', 'blog', 'x'],
  ],
  [
    ['compose.yaml', './compose.yaml', '../compose.yaml'],
    ['compose', 'compose', 'compose'],
  ],
  [{ site: './web.yaml' }, ['site']],
  ['./web.yaml', []],
  [[5], []],
  [null, []],
])('the stacks %j are called %j', (written, names) => {
  expect(listStacks(written).map(({ name }) => name)).toEqual(names);
});
