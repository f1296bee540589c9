import { describe, expect, it } from 'vitest';
import { fillCompose } from '../../../builder/definition/stacks/fill-compose.ts';
import { parseDefinition } from '../../../builder/definition/source/parse-definition.ts';
import { rewriteCompose, type ComposeEdits } from '../../../builder/render/rewrite-compose.ts';

const read = (text: string): unknown => {
  const { value, diagnostics } = parseDefinition({ file: 'web.yaml', text }, 'docker');
  expect(diagnostics).toEqual([]);
  return value?.tree;
};

const edits: ComposeEdits = { changes: [], version: null, named: [] };

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
    'services:\n  web:\n    environment: [WORD, PORT]\n  db:\n    environment:\n      WORD:\n      PORT: ~\n',
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

it.each([
  'services: {}\n',
  '# text\nservices:\n  a: {}\n',
  '---\n  services: {}\n',
  '{ services: {} }',
  "version: '3'\nservices: {}\n",
])('the version is written where it is needed: %j', (text) => {
  expect(read(rewriteCompose(text, { ...edits, version: '3.9' }))).toMatchObject({ version: '3.9' });
});
