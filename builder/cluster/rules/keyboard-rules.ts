import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error } from '../../report/finding.ts';
import {
  keyboardLayouts,
  keyboardModels,
  keyboardOptions,
  keyboardReleases,
  keyboardVariants,
  otherNames,
} from '../values/keyboards.ts';
import { baseWithout, type ReleaseWords } from '../values/release-words.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Layouts that one keyboard holds. Source: xkb, XkbNumKbdGroups. */
const mostLayouts = 4;

/** One word of the keyboard, and the words that there are. */
interface Asked {
  readonly path: DefinitionPath;
  readonly kind: string;
  readonly word: string;
  readonly known: ReleaseWords;
  readonly fallback: string;
}

/** setupcon takes a word that it does not know in silence, or leaves the console as it is. */
function* keyboardUnknown({ written, cluster, locator }: RuleContext): Iterable<Diagnostic> {
  for (const { path, kind, word, known, fallback } of askedWords({ written, cluster })) {
    const range = known.get(word);
    if (range === undefined) {
      const hint = hintFor(kind, word, known) ?? fallback;
      yield error(
        'keyboard-unknown',
        locator.value(path),
        `there is no keyboard ${kind} ${shown(word)}`,
        hint,
      );
    } else {
      const base = baseWithout(range, keyboardReleases, cluster);
      if (base === undefined) continue;
      const message = `keyboard ${kind} ${shown(word)} is not in base ${base}`;
      const hint =
        range === 'old'
          ? 'Debian 13 dropped or renamed it: choose another'
          : 'it came with Debian 13: choose another, or a newer base';
      yield error('keyboard-not-in-base', locator.value(path), message, hint);
    }
  }
}

function* tooMany({ cluster, locator, written }: RuleContext): Iterable<Diagnostic> {
  if (cluster.keyboard === null) return;
  const layouts = cluster.keyboard.layout.split(',').length;
  if (layouts > mostLayouts) {
    const message = `a keyboard has ${mostLayouts} layouts at most, not ${layouts}`;
    yield error('keyboard-layouts', locator.value(pathOf(written, 'layout')), message, 'leave some out');
  }
  const variants = cluster.keyboard.variant.split(',').length;
  if (variants <= layouts) return;
  const message = `there are more variants (${variants}) than layouts (${layouts})`;
  const hint = 'write one variant for each layout, in the same order';
  yield error('keyboard-variants', locator.value(['keyboard', 'variant']), message, hint);
}

function* askedWords({ written, cluster }: Pick<RuleContext, 'written' | 'cluster'>): Iterable<Asked> {
  const { keyboard } = cluster;
  if (keyboard === null) return;
  const layouts = keyboard.layout.split(',');
  const at = (key: string): DefinitionPath => pathOf(written, key);
  for (const word of layouts) {
    const fallback = 'write it as /etc/default/keyboard has it, like us, gb, de or fr';
    yield { path: at('layout'), kind: 'layout', word, known: keyboardLayouts, fallback };
  }
  const model = {
    word: keyboard.model,
    known: keyboardModels,
    fallback: 'leave it out: pc105 fits nearly all',
  };
  yield { path: at('model'), kind: 'model', ...model };
  for (const [index, word] of keyboard.variant.split(',').entries()) {
    const known = keyboardVariants.get(layouts[index] ?? '');
    if (word === '' || known === undefined) continue;
    const fallback =
      known.size === 0
        ? `${layouts[index]} has none`
        : `${layouts[index]} has ${[...known.keys()].join(', ')}`;
    yield { path: at('variant'), kind: 'variant', word, known, fallback };
  }
  for (const word of keyboard.options.split(',').filter((option) => option !== '')) {
    const fallback = 'write group and option, like compose:menu or ctrl:nocaps';
    yield { path: at('options'), kind: 'option', word, known: keyboardOptions, fallback };
  }
}

function pathOf(written: RuleContext['written'], key: string): DefinitionPath {
  return typeof written.keyboard === 'string' ? ['keyboard'] : ['keyboard', key];
}

function hintFor(kind: string, word: string, known: ReleaseWords): string | undefined {
  if (kind === 'layout') {
    const other = otherNames.get(word.toLowerCase().replaceAll('_', '-'));
    if (other !== undefined) return `write ${other}`;
    const [, layout, variant] = /^(\w+)[\s(:-]+([\w-]+)\)?$/.exec(word) ?? [];
    if (layout !== undefined && variant !== undefined && known.has(layout)) return splitHint(layout, variant);
  }
  return didYouMeanHint(word, known.keys());
}

/** `de(nodeadkeys)` and `de-latin1-nodeadkeys`: the layout and its variant, as setxkbmap or a console's keymap has them. */
function splitHint(layout: string, rest: string): string {
  const variant = rest.split('-').find((word) => keyboardVariants.get(layout)?.has(word) === true);
  return variant === undefined
    ? `write ${layout}`
    : `write keyboard: { layout: ${layout}, variant: ${variant} }`;
}

/** Rules about the keyboard at the console. */
export const keyboardRules: readonly Rule[] = [
  { reads: ['keyboard', 'profile', 'base', 'nodes'], check: keyboardUnknown },
  { reads: ['keyboard'], check: tooMany },
];
