import { writtenLayouts, writtenModels, writtenOptions } from './keyboard-table.ts';

/** The releases of xkb-data that have something: all that bases have, or only those up to Debian 12 or from Debian 13 on. */
export type KeyboardRange = 'all' | 'old' | 'new';

/** Words of xkb with the releases that have them. */
export type KeyboardWords = ReadonlyMap<string, KeyboardRange>;

/** The last release with what was dropped since, and the first with what came since. Source: xkb-data of Debian 12 and 13. */
export const lastOldKeyboards = '2.35';
export const firstNewKeyboards = '2.42';

const marks: Readonly<Record<string, KeyboardRange>> = { '-': 'old', '+': 'new' };

const read = (words: string): KeyboardWords =>
  new Map(
    words
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word.replace(/[+-]$/, ''), marks[word.at(-1) ?? ''] ?? 'all']),
  );

/** Layouts. */
export const keyboardLayouts: KeyboardWords = read(Object.keys(writtenLayouts).join(' '));

/** Variants by layout. */
export const keyboardVariants: ReadonlyMap<string, KeyboardWords> = new Map(
  Object.entries(writtenLayouts).map(([layout, variants]) => [layout.replace(/[+-]$/, ''), read(variants)]),
);

/** Models. */
export const keyboardModels: KeyboardWords = read(writtenModels);

/** Options, as `group:option`. */
export const keyboardOptions: KeyboardWords = read(
  Object.entries(writtenOptions)
    .flatMap(([group, options]) => options.split(' ').map((option) => `${group}:${option}`))
    .join(' '),
);

/** What else people call a layout: the code of a language, the name of a console's keymap, a country. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ['en', 'us or gb'],
  ['en-us', 'us'],
  ['en-gb', 'gb'],
  ['uk', 'gb for the United Kingdom, ua for Ukraine'],
  ['usa', 'us'],
  ['qwerty', 'us'],
  ['qwertz', 'de'],
  ['azerty', 'fr'],
  ['dvorak', 'us, with variant: dvorak'],
  ['colemak', 'us, with variant: colemak'],
  ['us-intl', 'us, with variant: intl'],
  ['ar', 'ara'],
  ['bs', 'ba'],
  ['cs', 'cz'],
  ['da', 'dk'],
  ['el', 'gr'],
  ['eo', 'epo'],
  ['fa', 'ir'],
  ['he', 'il'],
  ['hi', 'in'],
  ['hy', 'am'],
  ['ja', 'jp'],
  ['ka', 'ge'],
  ['kk', 'kz'],
  ['ko', 'kr'],
  ['nb', 'no'],
  ['pt-br', 'br'],
  ['sg', 'ch'],
  ['sf', 'ch, with variant: fr'],
  ['sl', 'si'],
  ['sq', 'al'],
  ['sr', 'rs'],
  ['sv', 'se'],
  ['uk-ua', 'ua'],
  ['vi', 'vn'],
  ['zh', 'cn'],
]);
