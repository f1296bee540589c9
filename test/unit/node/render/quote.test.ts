import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { quoteJson, quoteShell, quoteYaml } from '../../../../builder/node/render/quote.ts';

describe('quoteYaml', () => {
  it.each([
    'no',
    '1e3',
    'a: b # c',
    "it's",
    '"',
    '\\',
    '\u0085\u2028\ufeff\u007f',
    'é',
    '{{x}}',
    '',
    '- a',
    null,
    false,
    12,
    ['a', 'b: c'],
  ])('keeps %j what it is', (value) => {
    expect(parse(`key: ${quoteYaml(value)}`)).toEqual({ key: value });
  });

  it('writes no character that a YAML reader refuses', () => {
    expect(quoteYaml('a\u007f\u0085\u2028b')).toBe(String.raw`"a\u007f\u0085\u2028b"`);
  });
});

describe('quoteJson', () => {
  it('refuses undefined', () => {
    expect(() => quoteJson(undefined)).toThrow('undefined has no form in JSON');
  });
});

describe('quoteShell', () => {
  it.each([
    ['plain', "'plain'"],
    ["it's $HOME `id`", `'it'"'"'s $HOME \`id\`'`],
    [null, "''"],
    [true, "'yes'"],
    [false, "'no'"],
    [4789, "'4789'"],
    [['a=1', 'b=2'], "'a=1 b=2'"],
    [[], "''"],
  ])('writes %j as one word', (value, word) => {
    expect(quoteShell(value)).toBe(word);
  });

  it('refuses what a shell could not read back', () => {
    expect(() => quoteShell('two\nlines')).toThrow('control character');
    expect(() => quoteShell(['one word', 'two'])).toThrow('"one word" cannot be an item');
    expect(() => quoteShell([''])).toThrow('cannot be an item');
    expect(() => quoteShell({})).toThrow('object has no form in a shell');
  });
});
