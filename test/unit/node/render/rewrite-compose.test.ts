import { describe, expect, it } from 'vitest';
import { fillCompose } from '../../../../builder/cluster/stacks/fill-compose.ts';
import { parseDefinition } from '../../../../builder/cluster/source/parse-definition.ts';
import { missingNetworkOptions, mtuOption } from '../../../../builder/cluster/stacks/network-options.ts';
import { rewriteCompose, type ComposeEdits } from '../../../../builder/node/render/rewrite-compose.ts';

const read = (text: string): unknown => {
  const { value, diagnostics } = parseDefinition({ file: 'web.yaml', text }, 'docker');
  expect(diagnostics).toEqual([]);
  return value?.tree;
};

const edits: ComposeEdits = { changes: [], version: null, named: [], networks: [] };

describe('a compose file with its variables filled in', () => {
  const values: Readonly<Record<string, string>> = {
    WORD: 'it\'s "quoted": # \\ $HOME {x}',
    LINES: 'one\ntwo\n',
    PORT: '8080',
    YES: 'on',
    EMPTY: '',
    ODD: 'a\u007Fb\u2028c\uFEFF',
  };
  const finish = (text: string): string => {
    const { changes } = fillCompose(read(text), (name) => values[name]);
    return rewriteCompose(text, { ...edits, changes });
  };

  it.each([
    'services: { web: { image: "web:${WORD}", command: [$WORD, a] } }\n',
    'services:\n  web:\n    image: web:$PORT   # kept\n    command: >-\n      a\n      ${WORD} b\n    tty: ${YES}\n',
    'services:\n  web:\n    environment:\n      A: |\n        $LINES\n      B: |-\n\n        $WORD\n      C: ${EMPTY}\n      D: "${ODD}"\n    image: web\n',
    'x-a: &a { B: "$WORD" }\nservices:\n  web:\n    environment: { <<: *a, C: $LINES }\n    labels: *a\n',
    "services:\n  web:\n    ports: [{ target: 80, published: \"${PORT}\" }]\n    command: 'a ''${WORD}'''\n",
    'services:\n  web:\n    command: plain over\n      two $WORD lines\n    image: web\n',
    'services:\n  web:\n    environment: [WORD, PORT]\n  db:\n    environment:\n      WORD: # a comment\n      EMPTY:\n      PORT: ~\n',
    '---\r\nservices:\r\n  web:\r\n    image: web:${PORT}\r\n    user: "0${PORT}"\r\n',
    '\uFEFFservices: {web: {image: !!str $PORT, command: &x "$WORD", entrypoint: *x}}',
  ])('means what it meant with them: %j', (text) => {
    const { tree } = fillCompose(read(text), (name) => values[name]);
    const again = fillCompose(read(finish(text)), () => undefined);
    expect(again.tree).toEqual(tree);
    expect(again.variables.filter(({ written }) => written.includes('$'))).toEqual([]);
  });

  it('is otherwise what its author wrote', () => {
    const text =
      '# first\nservices:\n  web:   # second\n    image: "web:${PORT}"\n    mode: 0444\n    price: 5$$\n';
    expect(finish(text)).toBe(text.replace('${PORT}', '8080'));
  });
});

describe('configs and secrets', () => {
  const named = [
    { section: 'configs', key: 'site', name: 'web_site_0123abcd' },
    { section: 'secrets', key: 'key', name: 'web_key_89abcdef' },
  ] as const;
  const name = (text: string): unknown => read(rewriteCompose(text, { ...edits, named }));

  it.each([
    'configs:\n  site:\n    file: ./site\nsecrets:\n  key: { file: ./key }\n',
    'configs:\n    site:\n            # a comment\n            file: ./site # another\nsecrets: {key: {file: ./key}}',
    'x: &file { file: ./site }\nconfigs: { site: *file }\nsecrets:\n  key:\n    file: ./key\n',
    'x: &file\n  file: ./site\nconfigs:\n  site:\n    <<: *file\nsecrets: { key: { file: ./key, x-y: 1 } }\n',
  ])('get a name and a label: %j', (text) => {
    expect(name(text)).toMatchObject({
      configs: {
        site: { file: './site', name: 'web_site_0123abcd', labels: { 'dlimage.versioned': 'site' } },
      },
      secrets: { key: { file: './key', name: 'web_key_89abcdef', labels: { 'dlimage.versioned': 'key' } } },
    });
  });

  it('keep labels of their own', () => {
    const text = 'configs:\n  site:\n    labels: [a=b]\n    file: ./site\n';
    expect(name(text)).toEqual({
      configs: { site: { file: './site', name: 'web_site_0123abcd', labels: ['a=b'] } },
    });
  });
});

describe('networks', () => {
  const option = { [mtuOption]: '9000' };
  const finish = (text: string): unknown => {
    const networks = missingNetworkOptions([read(text)], option)[0] ?? [];
    return read(rewriteCompose(text, { ...edits, version: '3.9', networks }));
  };

  it.each([
    'networks: {}\n',
    'networks:\n  default:\n',
    'networks:\n  default: # a comment\n',
    'networks:\n  default: ~\n',
    'networks: { default: {} }\n',
    'networks:\n  default:\n    driver_opts: {}\n',
    'x-a: &a\nnetworks:\n  default: *a\n',
    'x-a: &a {}\nnetworks:\n  default: { driver_opts: *a }\n',
    'x-a: &a {}\nnetworks: &n { default: *a }\n',
    '',
  ])('of the stack get the MTU, the one that it does not name too: %j', (text) => {
    expect(finish(`services:\n  web: { image: a }\n${text}`)).toMatchObject({
      version: '3.9',
      services: { web: { image: 'a' } },
      networks: { default: { driver_opts: option } },
    });
  });

  it.each([
    [
      'keep the rest',
      'a:\n    internal: true\n    driver_opts:\n        b: c # d\n',
      { internal: true, driver_opts: { b: 'c', ...option } },
    ],
    ['of the overlay driver', 'a: { driver: overlay }', { driver: 'overlay', driver_opts: option }],
    ['with anchors', 'a: &x\n    attachable: true\n  b: *x\n', { attachable: true, driver_opts: option }],
  ])('%s', (_, text, expected) => {
    expect(finish(`services: { web: { networks: [a] } }\nnetworks:\n  ${text}`)).toMatchObject({
      networks: { a: expected },
    });
  });

  it.each([
    'services: { web: { networks: [a] } }\nnetworks: { a: { external: true } }\n',
    'services: { web: { networks: [a] } }\nnetworks: { a: { external: { name: b } } }\n',
    'services: { web: {} }\nnetworks: { default: { driver: macvlan } }\n',
    'services: { web: { networks: { a: } } }\nnetworks: { a: { driver_opts: { com.docker.network.driver.mtu: 1400 } } }\n',
  ])('of others, and with an MTU of their own, stay: %j', (text) => {
    expect(finish(text)).toEqual({ version: '3.9', ...(read(text) as object) });
  });

  it('are declared in one file alone', () => {
    const [plain, other] = [{ services: { a: {} } }, { networks: { default: null } }];
    const keys = (...trees: object[]) =>
      missingNetworkOptions(trees, option).map((networks) => networks.map(({ key }) => key));
    expect(keys(plain, other)).toEqual([[], ['default']]);
    expect(keys(plain, plain)).toEqual([['default'], []]);
    expect(keys({ services: { a: { networks: ['b'] } } })).toEqual([[]]);
    expect(missingNetworkOptions([plain], {})).toEqual([[]]);
  });

  it('keep what a person wrote of each option', () => {
    const text =
      'services: { web: { networks: [a, b, c] } }\n' +
      'networks:\n' +
      '  a: { driver_opts: { encrypted: "" } }\n' +
      '  b:\n    driver_opts:\n      com.docker.network.driver.mtu: "1400"\n' +
      '  c:\n';
    const both = { ...option, encrypted: 'true' };
    const networks = missingNetworkOptions([read(text)], both)[0] ?? [];
    expect(read(rewriteCompose(text, { ...edits, networks }))).toMatchObject({
      networks: {
        a: { driver_opts: { ...option, encrypted: '' } },
        b: { driver_opts: { [mtuOption]: '1400', encrypted: 'true' } },
        c: { driver_opts: both },
      },
    });
  });
});

it.each([
  'services: {}\n',
  '# text\nservices:\n  a: {}\n',
  '---\n  services: {}\n',
  '{ services: {} }',
  "version: '3'\nservices: {}\n",
])('the version is written where it is needed: %j', (text) => {
  expect(read(rewriteCompose(text, { ...edits, version: '3.9' }))).toMatchObject({ version: '3.9' });
});
