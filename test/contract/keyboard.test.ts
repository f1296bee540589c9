import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  keyboardLayouts,
  keyboardModels,
  keyboardOptions,
  keyboardVariants,
} from '../../builder/cluster/values/keyboards.ts';
import type { ReleaseRange, ReleaseWords } from '../../builder/cluster/values/release-words.ts';
import { askNodes } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';
import { unpackPackages } from './support/unpack-packages.ts';

// xkb-data of both releases of Debian judges the table; console-setup of the release of the base sets up the console.
const released = new Map<string, string>();
const examples: ExampleRoots[] = [];

beforeAll(async () => {
  const trixie = await unpackPackages('trixie');
  released.set('bookworm', await unpackPackages('bookworm')).set('trixie', trixie);
  const base = await unpackBase();
  // One directory over the other: a copy of the base would take minutes.
  const withConsole: BaseTree = { directory: `${trixie}:${base.directory}` };
  examples.push(
    await layOverBase('odd-network', withConsole),
    await layOverBase('mixed-boards', withConsole),
  );
});
afterAll(async () => {
  for (const example of examples) await example.remove();
});

interface XkbWords {
  readonly layouts: readonly string[];
  /** As `layout variant`. */
  readonly variants: readonly string[];
  readonly models: readonly string[];
  readonly options: readonly string[];
}

/** The usual words from xkb's list, and the rarer ones, which setupcon takes as well, from the list of extras. */
async function readWords(suite: string): Promise<XkbWords> {
  const rules = join(released.get(suite) ?? '', 'usr/share/X11/xkb/rules');
  const usual = listedWords(await readFile(join(rules, 'base.lst'), 'utf8'));
  const extras = extraWords(await readFile(join(rules, 'base.extras.xml'), 'utf8'));
  const together = (kind: keyof XkbWords): string[] =>
    [...new Set([...usual[kind], ...extras[kind]])].toSorted();
  return {
    // `custom` is for whoever writes one.
    layouts: together('layouts').filter((word) => word !== 'custom'),
    variants: together('variants'),
    models: together('models'),
    options: together('options').filter((option) => option.includes(':')),
  };
}

function listedWords(list: string): XkbWords {
  const sections = new Map<string, string[][]>();
  for (const part of list.split(/^! /m).slice(1)) {
    const [name = '', ...lines] = part.split('\n');
    sections.set(
      name.trim(),
      lines.filter((line) => line.trim() !== '').map((line) => line.trim().split(/\s+/)),
    );
  }
  const words = (section: string): string[] => (sections.get(section) ?? []).map(([word = '']) => word);
  const variants = (sections.get('variant') ?? []).map(
    ([variant, layout = '']) => `${layout.replace(':', '')} ${variant}`,
  );
  return { layouts: words('layout'), variants, models: words('model'), options: words('option') };
}

function extraWords(xml: string): XkbWords {
  const names = (text: string): string[] =>
    [...text.matchAll(/<configItem[^>]*>\s*<name>([^<]+)<\/name>/g)].map(([, name = '']) => name);
  const [before = '', after = ''] = xml.split('</layoutList>');
  const [models = '', ...layouts] = before.split('<layout>');
  const named = layouts.map(names);
  return {
    layouts: named.flatMap(([layout = '']) => [layout]),
    variants: named.flatMap(([layout, ...variants]) => variants.map((variant) => `${layout} ${variant}`)),
    models: names(models),
    options: names(after),
  };
}

const inRelease = (words: ReleaseWords, range: ReleaseRange): string[] =>
  [...words].flatMap(([word, has]) => (has === 'all' || has === range ? [word] : [])).toSorted();

describe.each([
  { suite: 'bookworm', range: 'old' as const },
  { suite: 'trixie', range: 'new' as const },
])('xkb-data of $suite', ({ suite, range }) => {
  it('has the layouts, variants, models and options of the table, and no others', async () => {
    const { layouts, variants, models, options } = await readWords(suite);
    expect(variants.length).toBeGreaterThan(500);
    expect(inRelease(keyboardLayouts, range)).toEqual(layouts);
    expect(inRelease(keyboardModels, range)).toEqual(models);
    expect(inRelease(keyboardOptions, range)).toEqual(options);
    const known = [...keyboardVariants].flatMap(([layout, each]) =>
      inRelease(each, range).map((one) => `${layout} ${one}`),
    );
    expect(known.toSorted()).toEqual(variants);
  });
});

describe('setupcon of the base', () => {
  it('takes the layout at the first boot, though the base has another in a newer cache, and keeps it', async () => {
    const nodes = examples.flatMap((example) => example.nodes.slice(0, 1));
    const answers = await askNodes(
      nodes,
      `
      cp /etc/default/keyboard /tmp/ours
      printf 'XKBMODEL=pc105\\nXKBLAYOUT=us\\n' >/etc/default/keyboard
      printf 'ACTIVE_CONSOLES=/dev/tty[1-6]\\nCHARMAP=UTF-8\\n' >/etc/default/console-setup
      touch -d 2024-01-01 /etc/default/keyboard /etc/default/console-setup
      setup() { rm -f /run/console-setup/boot_completed; /lib/console-setup/console-setup.sh </dev/null >/tmp/log 2>&1; }
      setup || { cat /tmp/log; exit 1; }
      cp /tmp/ours /etc/default/keyboard
      touch -d 2025-01-01 /etc/default/keyboard
      map() { zcat /etc/console-setup/cached_UTF-8_del.kmap.gz | grep -E '^keycode +(12|26|40) ' | sha256sum; }
      american=$(map)
      setup
      [ "$american" = "$(map)" ] && echo 'by itself: American'
      forget=$(sed -n "s|^ExecStartPre=/bin/sh -c '\\(.*\\)'$|\\1|p" /etc/systemd/system/console-setup.service.d/50-dlimage.conf)
      sh -c "$forget"
      setup
      [ "$american" = "$(map)" ] || echo 'ours'
      # In the Italian map the one, in the German the other.
      zcat /etc/console-setup/cached_UTF-8_del.kmap.gz | grep '^keycode' | grep -qi -e U+00e8 -e U+00e4 && echo 'has è or ä'
      touch -d 2025-06-01 /etc/console-setup/cached_*
      sh -c "$forget"
      setup
      stat -c %y /etc/console-setup/cached_UTF-8_del.kmap.gz | cut -c1-10`,
    );
    for (const { exitCode, output } of answers)
      expect({ exitCode, said: output.trim().split('\n') }).toEqual({
        exitCode: 0,
        said: ['by itself: American', 'ours', 'has è or ä', '2025-06-01'],
      });
  });
});
