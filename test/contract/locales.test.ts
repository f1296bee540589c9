import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownLocale, locales } from '../../builder/cluster/values/locales.ts';
import { askNodes } from './support/ask-nodes.ts';
import { unpackBase } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';
import { unpackPackages } from './support/unpack-packages.ts';

// The package locales of both releases of Debian judges the table; locale-gen of the base makes locales of odd names.
const released = new Map<string, string>();
let example: ExampleRoots | undefined;

beforeAll(async () => {
  for (const suite of ['bookworm', 'trixie'] as const) released.set(suite, await unpackPackages(suite));
  example = await layOverBase('odd-network', await unpackBase());
});
afterAll(async () => {
  await example?.remove();
});

describe.each([
  { suite: 'bookworm', other: 'new' },
  { suite: 'trixie', other: 'old' },
])('the package locales of $suite', ({ suite, other }) => {
  it('can make the locales of the table, and no others', async () => {
    const names = await readdir(join(released.get(suite) ?? '', 'usr/share/i18n/locales'));
    const made = names.filter((name) => /^[a-z]{2,3}(?:_[A-Z]{2})?(?:@[a-z]+)?$/.test(name));
    expect(made.length).toBeGreaterThan(300);
    const known = [...locales].flatMap(([locale, range]) => (range === other ? [] : [locale]));
    expect(known.toSorted()).toEqual(made.toSorted());
  });

  it('has what may be written without a character set as UTF-8', async () => {
    const list = await readFile(join(released.get(suite) ?? '', 'usr/share/i18n/SUPPORTED'), 'utf8');
    const isUtf8 = new Map(
      list.split('\n').flatMap((line): [string, boolean][] => {
        const [name = '', charset] = line.trim().split(/\s+/);
        return name === '' || name.includes('.') ? [] : [[name, charset === 'UTF-8']];
      }),
    );
    expect(isUtf8.size).toBeGreaterThan(300);
    const wrong = [...isUtf8].filter(([name, utf8]) => (knownLocale(name) !== undefined) !== utf8);
    expect(wrong).toEqual([]);
  });
});

describe('locale-gen of the base', () => {
  it.each([
    ...['sr_RS.UTF-8@latin', 'sr_RS@latin', 'tok.UTF-8', 'ab_GE.UTF-8'].map((name) => [name, true] as const),
    ...['xx_YY.UTF-8', 'tok_XX.UTF-8'].map((name) => [name, false] as const),
  ])('makes %s, as cloud-init has it done: %s', async (name, isMade) => {
    expect(knownLocale(name) !== undefined).toBe(isMade);
    const [answer] = await askNodes(
      example?.nodes.slice(0, 1) ?? [],
      `
      printf '%s UTF-8\\n' '${name}' >/etc/locale.gen
      locale-gen '${name}' >/tmp/log
      update-locale --locale-file=/etc/locale.conf 'LANG=${name}' >>/tmp/log 2>&1 || { echo refused; exit 0; }
      LC_ALL= LANG='${name}' locale charmap`,
    );
    expect(answer).toMatchObject({ exitCode: 0 });
    expect(answer?.output.trim().split('\n').at(-1)).toBe(isMade ? 'UTF-8' : 'refused');
  });
});
