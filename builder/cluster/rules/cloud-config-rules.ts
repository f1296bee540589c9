import { findHindrances } from '../contents/cloud-init-hindrances.ts';
import { judgedTexts } from './judged-text.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A file that cloud-init reads after those of dlimage counts more: the node would take another seed or network. */
function* overridesSeed(context: RuleContext): Iterable<Diagnostic> {
  for (const { reader, target, text } of judgedTexts(context)) {
    if (reader !== 'cloud-init' || text === undefined) continue;
    for (const { setting } of findHindrances(new Map(), new Map([[target.path, text]]))) {
      const message = `${target.said} has ${shown(setting)}, which comes before the seed that dlimage writes`;
      yield error(
        'cloud-config-before-seed',
        target.at,
        message,
        'take it out: settings of dlimage say the same',
      );
    }
  }
}

/** Rules about what files of `/etc/cloud/cloud.cfg.d` do to a node. */
export const cloudConfigRules: readonly Rule[] = [{ reads: ['files'], check: overridesSeed }];
