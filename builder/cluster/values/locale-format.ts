import { didYouMean } from '../../report/did-you-mean.ts';
import { error } from '../../report/finding.ts';
import { fullName, knownLocale, locales } from './locales.ts';
import { shown } from '../../report/shown.ts';
import type { ValueFormat } from './value-format.ts';

const shape = /^(?:[a-z]{2,3}(?:_[A-Z]{2})?)(?:\.UTF-8(?:@[a-z]+)?|@[a-z]+)$/;

/** `locale`: a UTF-8 locale that bases can make, by its full name. */
export const locale: ValueFormat = (value, { name, at }) => {
  if (value === 'C.UTF-8' || knownLocale(value) !== undefined) return undefined;
  const hint = hintFor(value);
  return shape.test(value) && !locales.has(value)
    ? error('locale-unknown', at, `there is no locale ${shown(value)}`, hint)
    : error('locale-malformed', at, `${name} ${shown(value)} is not the name of a UTF-8 locale`, hint);
};

function hintFor(value: string): string {
  const [, language = '', country = '', variant = ''] =
    /^(C|POSIX|[a-z]{2,3})(?:[_-]([a-z]{2}))?(?:\.[\w-]+)?(@\w+)?$/i.exec(value) ?? [];
  if (/^(?:C|POSIX)$/i.test(language)) return 'write C.UTF-8';
  const place = `${language.toLowerCase()}${country === '' ? '' : `_${country.toUpperCase()}`}`;
  const meant = [`${place}${variant.toLowerCase()}`, place].find((one) => locales.has(one));
  if (meant !== undefined) return `write ${fullName(meant)}`;
  const ofLanguage = [...locales.keys()].filter(
    (one) => one.replace(/[_@].*/, '') === language.toLowerCase(),
  );
  if (ofLanguage.length > 0) return hintOf(language.toUpperCase(), ofLanguage);
  const near = country === '' ? undefined : didYouMean(place, locales.keys());
  return near === undefined
    ? 'write language, country and .UTF-8, like en_GB.UTF-8'
    : `did you mean ${fullName(near)}?`;
}

/** The locales of a language that has none for the country; that of the country of the same name first. */
function hintOf(language: string, known: readonly string[]): string {
  const usual = [language, 'GB', 'US'];
  const rank = (one: string): number => (usual.includes(one.slice(-2)) ? 0 : 1);
  const named = known.toSorted((one, other) => rank(one) - rank(other)).slice(0, 4);
  const more = known.length > named.length ? ' or another of this language' : '';
  return `write ${named.map(fullName).join(', ')}${more}`;
}
