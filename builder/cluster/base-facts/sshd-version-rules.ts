import { compareVersions, upstreamVersion } from '../../system/debian-packages/version.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { judgedTexts, placeInText } from '../rules/judged-text.ts';
import { sshdSince } from '../contents/sshd-since.ts';
import { parseSshd, type SshdSetting } from '../contents/sshd-text.ts';
import { error } from '../../report/finding.ts';
import type { RuleContext } from '../rules/rule.ts';
import { shown } from '../../report/shown.ts';
import type { BaseFacts } from './base-facts.ts';
import type { BaseRule } from './base-rule.ts';
import { isForNodes } from './targets-of.ts';

/** sshd ends at a word that it does not know, and then nobody gets in. */
function* sshdTooOld(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  const installed = facts.versions.get('openssh-server');
  if (installed === undefined) return;
  const version = upstreamVersion(installed);
  for (const { reader, target, file, text } of judgedTexts(context)) {
    if (reader !== 'sshd' || text === undefined || !isForNodes(target, facts.nodes)) continue;
    for (const setting of parseSshd(text).settings) {
      const word = wordsOf(setting).find((one) => compareVersions(sshdSince.get(one) ?? '0', version) > 0);
      if (word === undefined) continue;
      const { text: line, offset } = setting.line;
      const blanks = line.length - line.trimStart().length;
      const at = placeInText(file, text, offset + blanks, Math.max(1, line.trim().length));
      const message = `sshd ${version} of ${facts.name} does not know ${shown(word)}, and would not start`;
      yield error('sshd-too-old', at, message, `leave it out: it came with OpenSSH ${sshdSince.get(word)}`);
    }
  }
}

function wordsOf({ keyword, values }: SshdSetting): string[] {
  const names = keyword === 'kexalgorithms' ? (values[0] ?? '').replace(/^[-+^]/, '').split(',') : [];
  return [keyword, ...names];
}

/** Rules about files of `/etc/ssh/sshd_config.d`, and the sshd of a base. */
export const sshdVersionRules: readonly BaseRule[] = [sshdTooOld];
