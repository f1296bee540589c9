import { describe, expect, it } from 'vitest';
import type { Assets } from '../../../../builder/node/overlay/assets.ts';
import { createTemplateSet } from '../../../../builder/node/render/template-set.ts';

function render(template: string, context: object, partials: Readonly<Record<string, string>> = {}): string {
  const texts = { 'a.hbs': template, ...partials };
  const files = Object.entries(texts).map(([path, text]): [string, Uint8Array] => [
    path,
    new TextEncoder().encode(text),
  ]);
  const assets: Assets = { files: new Map(files), userFiles: new Map() };
  return createTemplateSet(assets)('a.hbs', context);
}

describe('createTemplateSet', () => {
  it('writes values as they are, and quotes with helpers', () => {
    expect(render('{{a}} {{yaml a}} {{json a}} {{shell a}}', { a: '<\'">' })).toBe(
      String.raw`<'"> "<'\">" "<'\">" '<'"'"'">'`,
    );
  });

  it('repeats for every item, and asks about what is there', () => {
    const template = '{{#each list}}\n{{#if on}}\n{{name}}\n{{else}}\nnot {{name}}\n{{/if}}\n{{/each}}\n';
    const list = [
      { name: 'a', on: true },
      { name: 'b', on: [] },
      { name: 'c', on: null },
    ];
    expect(render(template, { list })).toBe('a\nnot b\nnot c\n');
  });

  it('indents a partial like the line it stands in', () => {
    const partials = { 'cloud-init/partials/two.hbs': 'one: {{a}}\ntwo:\n  - {{a}}\n' };
    expect(render('x:\n  {{> two}}\n', { a: 1 }, partials)).toBe('x:\n  one: 1\n  two:\n    - 1\n');
  });

  it.each([
    ['{{missing}}', 'a.hbs: "missing" not defined'],
    ['{{a.missing}}', 'a.hbs: "missing" not defined'],
    ['x\n {{yaml missing}}', 'a.hbs: a value is missing - 2:1'],
    ['{{#if missing}}{{/if}}', 'a.hbs: a value is missing - 1:0'],
    ['{{#each missing}}{{/each}}', 'a.hbs: a value is missing - 1:0'],
    ['{{#each a}}{{/each}}', 'a.hbs: {{#each}} needs a list - 1:0'],
    ['{{shout a}}', 'a.hbs: You specified knownHelpersOnly'],
    ['{{> nowhere}}', 'a.hbs: The partial nowhere could not be found'],
    ['{{#if a}}', 'a.hbs: Parse error on line 1'],
  ])('%s is an error that names the template', (template, message) => {
    expect(() => render(template, { a: {} })).toThrow(message);
  });
});
