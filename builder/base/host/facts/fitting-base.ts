import type { BaseJudge } from '../../../cluster/base-facts/base-judge.ts';
import { hasErrors, type SourceText } from '../../../report/diagnostic.ts';
import { ConfigurationError } from '../../../report/errors.ts';
import type { Progress } from '../../../system/host/progress.ts';
import { readBaseFacts, type AskedBase } from './read-base-facts.ts';

/**
 * Holds a definition against one of its bases. Warnings go to `progress`.
 *
 * @throws ConfigurationError with all that cannot work on this base; HostError as reading the image does
 */
export type FittingBase = (asked: AskedBase, progress: Progress) => Promise<void>;

/** Makes it from the judge of a definition, and the texts that findings point into. */
export function requireFittingBase(judge: BaseJudge, sources: readonly SourceText[]): FittingBase {
  return async (asked, progress) => {
    const found = judge.judge(await readBaseFacts(asked, judge.questionsFor(asked.nodes)));
    if (hasErrors(found)) throw new ConfigurationError(found, sources);
    for (const finding of found) progress.warn(finding);
  };
}
