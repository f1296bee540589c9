import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { fileTargets } from '../rules/file-targets.ts';
import { canonicalPath } from '../rules/node-paths.ts';
import type { RuleContext } from '../rules/rule.ts';
import { packagesOfShells } from '../rules/shell-rules.ts';
import { shown } from '../../report/shown.ts';
import type { BaseFacts } from './base-facts.ts';
import type { BaseRule } from './base-rule.ts';

/** With a shell that is not there, or cannot be run, nobody can log in. */
function* shellMissingInBase(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  for (const [index, { name, shell }] of context.cluster.users.entries()) {
    const problem = shellProblem(context, facts, shell);
    if (problem === undefined) continue;
    const brings = packagesOfShells.get(canonicalPath(shell));
    const hint =
      brings === undefined || context.cluster.packages.includes(brings)
        ? 'name the package that brings it in packages, put it there with files, or choose another shell'
        : `add its package: packages: [${brings}]`;
    const message = `${problem}, so ${name} could not log in`;
    yield error('shell-missing', context.locator.value(['users', index, 'shell']), message, hint);
  }
}

function shellProblem(context: RuleContext, facts: BaseFacts, shell: string): string | undefined {
  const path = canonicalPath(shell);
  const own = [...fileTargets(context)].filter((target) => target.path === path);
  if (facts.nodes.every((node) => own.some(({ nodes }) => nodes === null || nodes.includes(node)))) {
    return undefined;
  }
  const place = facts.places.get(shell);
  if (place?.leadsTo === 'file') {
    return place.isExecutable ? undefined : `${shown(shell)} of ${facts.name} is not executable`;
  }
  if (place !== undefined && place.leadsTo !== null) return `${shown(shell)} of ${facts.name} is no program`;
  const brings = packagesOfShells.get(path);
  // Which files other packages bring is only seen when they are unpacked.
  const comesLater = brings === undefined ? facts.lacks.length > 0 : facts.lacks.includes(brings);
  return comesLater ? undefined : `${facts.name} has no shell ${shown(shell)}`;
}

/** Rules about login shells on a base. */
export const loginShellRules: readonly BaseRule[] = [shellMissingInBase];
