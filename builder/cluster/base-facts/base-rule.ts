import type { Diagnostic } from '../../report/diagnostic.ts';
import type { RuleContext } from '../rules/rule.ts';
import type { BaseFacts } from './base-facts.ts';

/** One thing that can be wrong with a definition on a certain base. */
export type BaseRule = (context: RuleContext, facts: BaseFacts) => Iterable<Diagnostic>;
