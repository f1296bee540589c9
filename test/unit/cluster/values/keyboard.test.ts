import { describe, expect, it } from 'vitest';
import { understand } from '../understand.ts';

function ids(text: string): string[] {
  return understand(text).diagnostics.map(({ id }) => id);
}

describe('keyboard', () => {
  it.each([
    'keyboard: { layout: us, variant: 3l }',
    'keyboard: trans',
    'keyboard: { layout: cz, variant: coder }',
    "keyboard: { layout: 'apl,de', variant: 'dyalog,', options: 'parens:swap_brackets' }",
  ])('may be one of the rarer ones, which setupcon takes as well: %s', (text) => {
    expect(ids(text)).toEqual([]);
  });

  it('is not refused on a base between the releases that are known', () => {
    const between = 'profile: x86\nbase: tiny-1\nstorage: { type: none }\n';
    expect(ids(`${between}keyboard: nz\n`)).toEqual([]);
    expect(ids(`${between}keyboard: { layout: it, variant: intl }\n`)).toEqual([]);
    expect(ids(`${between}keyboard: gremany\n`)).toEqual(['keyboard-unknown']);
  });
});
