import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { knownLocale, localeReleases, locales } from '../values/locales.ts';
import { baseWithout } from '../values/release-words.ts';
import { shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** cloud-init would end with an error on such a node, and leave its locale as it is. */
function* localeNotInBase({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const range = locales.get(knownLocale(cluster.locale) ?? '') ?? 'all';
  const base = baseWithout(range, localeReleases, cluster);
  if (base === undefined) return;
  const message = `locale ${shown(cluster.locale)} is not in base ${base}`;
  const hint =
    range === 'old'
      ? 'Debian 13 dropped it: choose another'
      : 'it came with Debian 13: choose another, or a newer base';
  yield error('locale-not-in-base', locator.value(['locale']), message, hint);
}

/** Rules about the language of the nodes. */
export const localeRules: readonly Rule[] = [
  { reads: ['locale', 'profile', 'base', 'nodes'], check: localeNotInBase },
];
