import { writtenLocales } from './locale-table.ts';
import { readReleaseWords, type ReleaseWords, type Releases } from './release-words.ts';

/** The C library, whose locales bases have. Source: package locales of Debian 12 and 13. */
export const localeReleases: Releases = { software: 'glibc', lastOld: '2.36', firstNew: '2.41' };

const words = Object.values(writtenLocales).join(' ');

/** Locales without a character set, like `en_GB`, `sr_RS@latin` or `eo`. */
export const locales: ReleaseWords = readReleaseWords(words.replaceAll('*', ''));

const alwaysUtf8: ReadonlySet<string> = new Set(
  words
    .split(' ')
    .filter((word) => word.includes('*'))
    .map((word) => word.replace(/[*+-]+$/, '')),
);

/**
 * The locale of this name in the table, or undefined. The name is `en_GB.UTF-8` or `sr_RS.UTF-8@latin`, or one without a
 * character set where that is UTF-8, like `sr_RS@latin`.
 */
export function knownLocale(name: string): string | undefined {
  const [, place, charset, variant = ''] =
    /^([a-z]{2,3}(?:_[A-Z]{2})?)(\.UTF-8)?(@[a-z]+)?$/.exec(name) ?? [];
  const locale = `${place}${variant}`;
  return locales.has(locale) && (charset !== undefined || alwaysUtf8.has(locale)) ? locale : undefined;
}

/** Spelling of a locale of the table: `en_GB.UTF-8`, or `sr_RS@latin`, as the base's own list has it. */
export function fullName(locale: string): string {
  const [place = '', variant] = locale.split('@');
  if (variant === undefined) return `${place}.UTF-8`;
  return alwaysUtf8.has(locale) ? locale : `${place}.UTF-8@${variant}`;
}
