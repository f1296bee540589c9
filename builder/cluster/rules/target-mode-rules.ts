import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { ownMode, resolveOwner } from '../resolve/resolve-files.ts';
import { fileTargets, reportTargets, type FileTarget, type TargetProblem } from './file-targets.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Folders whose reader takes a file of root only, which nobody else may write. Source: sudoers(5), cron(8) of Debian */
const guarded: readonly { readonly path: RegExp; readonly reader: string }[] = [
  { path: /^\/etc\/sudoers\.d\/[^/.]+$/, reader: 'sudo' },
  { path: /^\/etc\/cron\.d\/[\w-]+$/, reader: 'cron' },
];

/** Folders whose files are started. Source: run-parts(8), systemd.generator(7) */
const started = /^\/etc\/(?:cron\.(?:hourly|daily|weekly|monthly)|update-motd\.d)\/[\w-]+$/;

/** Permission bits of a single file or of one in a folder, as the node has them. */
function modeOf({ index, item }: FileTarget, { written, lookUp }: RuleContext): number | undefined {
  const file = written.files?.[index];
  if (file === undefined) return undefined;
  if (file.mode !== undefined) return Number.parseInt(file.mode, 8);
  const found = lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' });
  const mode = item?.mode ?? found?.mode;
  return mode === undefined ? undefined : ownMode(mode);
}

function* refused(context: RuleContext): Iterable<TargetProblem> {
  for (const target of fileTargets(context)) {
    const place = target.kind === 'file' ? guarded.find(({ path }) => path.test(target.path)) : undefined;
    const file = context.written.files?.[target.index];
    if (place === undefined || file === undefined) continue;
    const { reader } = place;
    if (((modeOf(target, context) ?? 0) & 0o022) !== 0) {
      const message = `is refused by ${reader}: others than root may write it`;
      yield { target, group: `mode ${reader}`, message, hint: 'write mode: "0644", or "0440"' };
    }
    const owner = file.owner === undefined ? undefined : resolveOwner(file, context.cluster.users);
    if (owner === undefined || owner.uid === 0) continue;
    const message = `is refused by ${reader}: it does not belong to root`;
    yield { target, group: `owner ${reader}`, message, hint: 'leave owner out' };
  }
}

function* notStarted(context: RuleContext): Iterable<TargetProblem> {
  for (const target of fileTargets(context)) {
    const mode = modeOf(target, context);
    if (target.kind !== 'file' || !started.test(target.path) || mode === undefined) continue;
    if ((mode & 0o111) !== 0) continue;
    const message = 'is never started: it is not executable';
    yield { target, group: 'executable', message, hint: 'write mode: "0755"' };
  }
}

function* modeRefused(context: RuleContext): Iterable<Diagnostic> {
  yield* reportTargets((...said) => error('target-mode-refused', ...said), refused(context));
}

function* notExecutable(context: RuleContext): Iterable<Diagnostic> {
  yield* reportTargets((...said) => warning('target-not-executable', ...said), notStarted(context));
}

/** Rules about modes and owners of extra files that programs look at. */
export const targetModeRules: readonly Rule[] = [
  { reads: ['files', 'users'], check: modeRefused },
  { reads: ['files'], check: notExecutable },
];
