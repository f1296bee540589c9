import { ancestorsOf } from '../../image/image-path.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import { fileTargets, reportTargets, type FileTarget, type TargetProblem } from './file-targets.ts';
import { replaceablePaths } from './node-paths.ts';
import type { Rule, RuleContext } from './rule.ts';
import { isSystemProgram } from './system-programs.ts';

/** The targets that take each path. */
type Taken = ReadonlyMap<string, readonly FileTarget[]>;

function takenBy(targets: readonly FileTarget[]): Taken {
  const taken = new Map<string, FileTarget[]>();
  for (const target of targets) {
    const others = taken.get(target.path);
    if (others === undefined) taken.set(target.path, [target]);
    else others.push(target);
  }
  return taken;
}

function* targetTwice(context: RuleContext): Iterable<Diagnostic> {
  yield* reportTargets(
    (...said) => error('target-twice', ...said),
    givenTwice(takenBy([...fileTargets(context)])),
  );
}

function* givenTwice(taken: Taken): Iterable<TargetProblem> {
  for (const targets of taken.values()) {
    for (const [place, target] of targets.entries()) {
      const other = targets
        .slice(0, place)
        .find((one) => areTogether(one, target) && !areFolders(one, target));
      if (other === undefined) continue;
      const node = target.nodes?.find((name) => other.nodes?.includes(name));
      const message = `is given twice${node === undefined ? '' : ` to ${node}`}${elsewhere(target, other)}`;
      const hint = 'keep one of the two, or name different nodes';
      yield { target, group: String(other.index), message, hint };
    }
  }
}

function* targetBelowFile(context: RuleContext): Iterable<Diagnostic> {
  const targets = [...fileTargets(context)];
  yield* reportTargets(
    (...said) => error('target-below-file', ...said),
    lyingBelow(targets, takenBy(targets)),
  );
}

function* lyingBelow(targets: readonly FileTarget[], taken: Taken): Iterable<TargetProblem> {
  for (const target of targets) {
    for (const above of ancestorsOf(target.path)) {
      const file = taken.get(above)?.find((one) => one.kind !== 'directory' && areTogether(one, target));
      const isProgram = isSystemProgram(above);
      if (file === undefined && !isProgram && !replaceablePaths.includes(above)) continue;
      const ours = isProgram ? 'which is a program of the base' : 'which dlimage writes as a file';
      const what = file === undefined ? ours : `which is a ${inWords(file)}`;
      const where = file === undefined ? '' : elsewhere(target, file);
      yield {
        target,
        group: above,
        message: `lies below ${shown(above)}, ${what}${where}`,
        hint: 'move one of the two: only folders hold files',
      };
      break;
    }
  }
}

function inWords({ kind }: FileTarget): string {
  return kind === 'symlink' ? 'link' : 'file';
}

/** Place of the other one, if that is not the same. */
function elsewhere(target: FileTarget, other: FileTarget): string {
  return other.at === undefined || other.index === target.index ? '' : `, see line ${other.at.line}`;
}

function areFolders(one: FileTarget, other: FileTarget): boolean {
  return one.kind === 'directory' && other.kind === 'directory';
}

/** True when a node gets both. */
export function areTogether(one: FileTarget, other: FileTarget): boolean {
  return one.nodes === null || other.nodes === null || one.nodes.some((node) => other.nodes?.includes(node));
}

/** Rules about extra files that get into each other's way. */
export const targetClashRules: readonly Rule[] = [
  { reads: ['files'], check: targetTwice },
  { reads: ['files'], check: targetBelowFile },
];
