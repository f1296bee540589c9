import { posix } from 'node:path';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { warning } from '../../report/finding.ts';
import { fileTargets, reportTargets, type FileTarget, type TargetProblem } from './file-targets.ts';
import { readNames } from './read-names.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Of each folder only what comes there is judged: whoever removes a link to something does so by name. */
function* skipped(context: RuleContext): Iterable<TargetProblem> {
  for (const target of fileTargets(context)) {
    const problem = target.kind === 'directory' ? undefined : problemOf(target);
    if (problem !== undefined) yield problem;
  }
}

function problemOf(target: FileTarget): TargetProblem | undefined {
  const place = readNames.find(({ folder }) => target.path.startsWith(`${folder}/`));
  if (place === undefined) return undefined;
  const { folder, reader, reads, inWords, readsFolders = false } = place;
  const name = target.path.slice(folder.length + 1);
  // Every package may leave a word for people there.
  if (/^(README|\.placeholder)$/.test(name)) return undefined;
  if (name.includes('/')) {
    if (readsFolders) return dropInProblem(target, name);
    const message = `is not read: ${reader} takes no folders in ${folder}`;
    return { target, group: `${folder}/`, message, hint: `put it into ${folder} itself` };
  }
  if (reads.test(name)) return undefined;
  const message = `is not read: ${reader} takes only files ${inWords} from ${folder}`;
  return { target, group: folder, message, hint: 'give it another name' };
}

/** Drop-ins of units, which are like settings of systemd itself. Source: systemd.unit(5) */
function dropInProblem(target: FileTarget, name: string): TargetProblem | undefined {
  const [, folder = '', file = ''] = /^([^/]+\.d)\/([^/]+)$/.exec(name) ?? [];
  if (folder === '' || file.endsWith('.conf')) return undefined;
  const message = `is not read: systemd takes only files whose names end in .conf from ${posix.dirname(target.path)}`;
  return { target, group: folder, message, hint: 'give it another name' };
}

function* targetSkipped(context: RuleContext): Iterable<Diagnostic> {
  yield* reportTargets((...said) => warning('target-skipped', ...said), skipped(context));
}

/** Rules about names of extra files that programs leave out. */
export const skippedTargetRules: readonly Rule[] = [{ reads: ['files'], check: targetSkipped }];
