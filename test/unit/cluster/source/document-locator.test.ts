import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../../builder/cluster/source/parse-definition.ts';
import type { DefinitionPath } from '../../../../builder/cluster/source/definition-path.ts';

/** What a locator points at, as the characters themselves. */
function pointer(text: string) {
  const locator = parseDefinition({ file: 'f', text }).value?.locator;
  if (locator === undefined) throw new Error('does not parse');
  const show = (at: ReturnType<typeof locator.value>) =>
    at &&
    `${at.line}:${at.column} ${text.split(/\r?\n/)[at.line - 1]?.slice(at.column - 1, at.column - 1 + at.length)}`;
  return {
    value: (...path: DefinitionPath) => show(locator.value(path)),
    key: (...path: DefinitionPath) => show(locator.key(path)),
    text: (...path: DefinitionPath) => locator.text(path),
    has: (...path: DefinitionPath) => locator.has(path),
  };
}

describe('a locator', () => {
  const file = pointer(
    'name: home\nnodes:\n  - name: "a b"\n    labels: { disk: ssd }\n  - {}\nnetwork:\n  vlan:\n',
  );

  it('finds values and keys', () => {
    expect(file.value('name')).toBe('1:7 home');
    expect(file.key('name')).toBe('1:1 name');
    expect(file.value('nodes', 0, 'labels', 'disk')).toBe('4:21 ssd');
    expect(file.value('nodes', 0, 'name')).toBe('3:11 "a b"');
  });

  it('keeps to the first line of what spans lines', () => {
    expect(file.value('nodes', 0)).toBe('3:5 name: "a b"');
  });

  it('points at the key where the value is empty', () => {
    expect(file.value('network', 'vlan')).toBe('7:3 vlan');
  });

  it('points at what is around a thing that is not there', () => {
    expect(file.value('nodes', 1, 'address')).toBe('5:5 {}');
    expect(file.value('network', 'gateway')).toBe('6:1 network');
    expect(file.value('vip')).toBeUndefined();
    expect(file.value('ssh', 'authorized_keys', 3)).toBeUndefined();
  });

  it('tells what is written', () => {
    expect(file.has('nodes', 1)).toBe(true);
    expect(file.has('nodes', 2)).toBe(false);
    expect(file.text('nodes', 0, 'name')).toBe('"a b"');
    expect(file.text('nodes')).toBeUndefined();
  });

  it('follows aliases and merge keys to where things are written', () => {
    const aliased = pointer(
      'nodes:\n  - &first { name: a, role: manager }\n  - <<: *first\n    name: b\n  - *first\n',
    );
    expect(aliased.value('nodes', 1, 'name')).toBe('4:11 b');
    expect(aliased.value('nodes', 1, 'role')).toBe('2:29 manager');
    expect(aliased.value('nodes', 2, 'role')).toBe('2:29 manager');
    expect(aliased.value('nodes', 2)).toBe('5:5 *first');
  });

  it('counts columns in a file with CRLF and umlauts', () => {
    const windows = pointer('# Jörg\r\nname: "Kö"\r\nvip: false\r\n');
    expect(windows.value('name')).toBe('2:7 "Kö"');
    expect(windows.value('vip')).toBe('3:6 false');
  });
});

describe('parseDefinition', () => {
  it.each(['', '# only a comment\n', '---\n', 'null\n'])('takes %j for an empty definition', (text) => {
    expect(parseDefinition({ file: 'f', text }).value?.tree).toEqual({});
  });

  it('says so where the parser ends before the nesting does', () => {
    const { value, diagnostics } = parseDefinition({ file: 'f', text: `a: ${'['.repeat(20_000)}` });
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { id: 'yaml-syntax', message: 'not valid YAML: it is nested deeper than can be read' },
    ]);
  });

  it('stops an expansion bomb', () => {
    const levels = 'abcdefghij'.split('').map((name, level, names) => {
      const before = names[level - 1];
      return `${name}: &${name} [${Array.from({ length: 20 }, () => (before === undefined ? 'x' : `*${before}`)).join(', ')}]`;
    });
    const parsed = parseDefinition({ file: 'f', text: levels.join('\n') });
    expect(parsed.value).toBeUndefined();
    expect(parsed.diagnostics.map(({ id }) => id)).toEqual(['yaml-alias']);
  });

  it('does not let a key reach the prototype', () => {
    const tree = parseDefinition({ file: 'f', text: '__proto__: { admin: true }\n' }).value?.tree;
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.keys(tree ?? {})).toEqual(['__proto__']);
  });
});
