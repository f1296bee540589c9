import { readReleaseWords, type ReleaseWords, type Releases } from './release-words.ts';
import { writtenLayouts, writtenModels, writtenOptions } from './keyboard-table.ts';

/** xkb-data of Debian 12 and 13: the last with what was dropped since, and the first with what came since. */
export const keyboardReleases: Releases = { software: 'xkb_data', lastOld: '2.35', firstNew: '2.42' };

/** Layouts. */
export const keyboardLayouts: ReleaseWords = readReleaseWords(Object.keys(writtenLayouts).join(' '));

/** Variants by layout. */
export const keyboardVariants: ReadonlyMap<string, ReleaseWords> = new Map(
  Object.entries(writtenLayouts).map(([layout, variants]) => [
    layout.replace(/[+-]$/, ''),
    readReleaseWords(variants),
  ]),
);

/** Models. */
export const keyboardModels: ReleaseWords = readReleaseWords(writtenModels);

/** Options, as `group:option`. */
export const keyboardOptions: ReleaseWords = readReleaseWords(
  Object.entries(writtenOptions)
    .flatMap(([group, options]) => options.split(' ').map((option) => `${group}:${option}`))
    .join(' '),
);

/** Other names for a layout: the code of a language, the name of a console's keymap, a country. */
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
