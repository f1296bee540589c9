import type { Diagnostic } from '../../report/diagnostic.ts';
import { judgeContent } from '../contents/judged-places.ts';
import { judgedTexts, placeInText } from './judged-text.ts';
import { error, warning } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Of one file: whoever mends the first few reads the program's own words sooner or later. */
const mostProblems = 3;

function* contentRefused(context: RuleContext): Iterable<Diagnostic> {
  const judged = new Set<string>();
  for (const { target, reader, file, text } of judgedTexts(context)) {
    const name = target.path.slice(target.path.lastIndexOf('/') + 1);
    // One file at several places is wrong once; only units tell by their names.
    const key = `${reader} ${file} ${reader === 'systemd' ? name : ''}`;
    if (text === undefined || judged.has(key)) continue;
    judged.add(key);
    for (const { offset, length, message, hint } of judgeContent(reader, text, name).slice(0, mostProblems)) {
      const at = placeInText(file, text, offset, length);
      yield error('content-refused', at, message, hint);
    }
  }
}

function* contentNotJudged(context: RuleContext): Iterable<Diagnostic> {
  for (const { target, reader, text } of judgedTexts(context)) {
    if (text !== undefined) continue;
    const message = `${target.said} is too long to be judged, and ${reader} may refuse it`;
    yield warning('content-not-judged', target.at, message, `have ${shown(reader)} check it on a node first`);
  }
}

/** Rules about what is in files that programs of the nodes read. */
export const contentRules: readonly Rule[] = [
  { reads: ['files'], check: contentRefused },
  { reads: ['files'], check: contentNotJudged },
];
