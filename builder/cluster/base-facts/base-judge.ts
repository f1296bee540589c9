import type { Diagnostic } from '../../report/diagnostic.ts';
import { fileTargets } from '../rules/file-targets.ts';
import type { RuleContext } from '../rules/rule.ts';
import { accountRules } from './account-rules.ts';
import type { BaseFacts } from './base-facts.ts';
import type { BaseRule } from './base-rule.ts';
import { cloudInitRules } from './cloud-init-rules.ts';
import { loginShellRules } from './login-shell-rules.ts';
import { pastRules } from './past-rules.ts';
import { placeRules } from './place-rules.ts';
import { publisherRules } from './publisher-rules.ts';
import { readerRules } from './reader-rules.ts';
import { sshdVersionRules } from './sshd-version-rules.ts';
import { isForNodes } from './targets-of.ts';

/** Judges a definition by what only its bases can tell. */
export interface BaseJudge {
  /** Questions about a base that decide a definition for some nodes. */
  readonly questionsFor: (nodes: readonly string[]) => BaseQuestions;
  /** All that is wrong with the definition for the nodes of one base, and what should be known. */
  readonly judge: (facts: BaseFacts) => Diagnostic[];
}

/** Paths of a base, each once. */
export interface BaseQuestions {
  readonly shells: readonly string[];
  /** Target paths of the definition's files: the packages of files that are there must be known. */
  readonly targets: readonly string[];
}

const rules: readonly BaseRule[] = [
  ...publisherRules,
  ...pastRules,
  ...cloudInitRules,
  ...loginShellRules,
  ...placeRules,
  ...accountRules,
  ...sshdVersionRules,
  ...readerRules,
];

/** Makes the judge of a definition that has no errors by itself. */
export function createBaseJudge(context: RuleContext): BaseJudge {
  return {
    questionsFor(nodes) {
      const shells = context.cluster.users.map(({ shell }) => shell);
      const targets = [...fileTargets(context)].filter((target) => isForNodes(target, nodes));
      return { shells: [...new Set(shells)], targets: [...new Set(targets.map(({ written }) => written))] };
    },
    judge: (facts) => rules.flatMap((rule) => [...rule(context, facts)]),
  };
}
