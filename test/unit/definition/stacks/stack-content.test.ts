import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePort } from '../../../../builder/definition/stacks/published-port.ts';
import { readStackContent } from '../../../../builder/definition/stacks/stack-content.ts';
import { listStacks } from '../../../../builder/definition/stacks/written-stack.ts';

describe('the ports of a service', () => {
  const published = (written: unknown) =>
    parsePort(written, []).map(
      ({ port, protocol, isIngress }) => `${port}/${protocol}${isIngress ? '' : ' host'}`,
    );

  it.each<[unknown, string[]]>([
    ['80:8080', ['80/tcp']],
    ['53:53/udp', ['53/udp']],
    ['127.0.0.1:80:8080', ['80/tcp']],
    ['9000-9002:80-82', ['9000/tcp', '9001/tcp', '9002/tcp']],
    [{ target: 80, published: 8080 }, ['8080/tcp']],
    [
      { target: 80, published: '8080-8081', protocol: 'udp', mode: 'host' },
      ['8080/udp host', '8081/udp host'],
    ],
    ['8080', []],
    [8080, []],
    ['9002-9000:80-82', []],
    ['1-65535:1-65535', []],
    ['${PORT}:80', []],
    [{ target: 80 }, []],
  ])('%j publishes %j', (written, expected) => {
    expect(published(written)).toEqual(expected);
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
    env_file: [./db.env, { path: ./more.env, required: false }]
volumes:
  named: { driver_opts: { type: none, o: bind, device: /mnt/cluster/named } }
configs: { site: { file: ./site.conf }, there: { external: true } }
secrets: { key: { file: ./key.txt } }`),
    );
    expect(content.services.flatMap(({ binds }) => binds.map(({ source }) => source))).toEqual([
      '/mnt/cluster/web',
      '/srv/x',
    ]);
    expect(content.volumeDevices).toEqual(['/mnt/cluster/named']);
    expect(content.files.map(({ file, isSecret }) => `${file}${isSecret ? ' secret' : ''}`)).toEqual([
      './web.env secret',
      './db.env secret',
      './more.env secret',
      './site.conf',
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
