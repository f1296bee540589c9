import { nameProblem } from '../entry-rules.ts';
import type { Entry } from '../entry.ts';
import { HostError } from '../../report/errors.ts';
import type { BaseImage } from './base.ts';

/** Number of further problems listed below the first. */
const shownProblems = 20;

/**
 * Refuses entries that cannot be written into this base, whatever it holds.
 *
 * @throws HostError `image-name-unsupported` or `image-no-boot`
 */
export function checkEntries(entries: readonly Entry[], base: BaseImage): void {
  const problems = entries.flatMap((entry) => {
    const problem = nameProblem(entry);
    return problem === null ? [] : [`${JSON.stringify(entry.path).slice(1, -1)} ${problem}`];
  });
  refuse('image-name-unsupported', 'cannot write into the image', problems, 'rename the file');
  const boot = entries.find((entry) => entry.partition === 'boot');
  if (boot !== undefined && base.boot === null) {
    throw new HostError('image-no-boot', `${base.path} has no boot partition for ${boot.path}`, {
      hint: 'this base needs its seed in the root partition',
    });
  }
}

/** Throws one error for any number of problems: the first in the message, the others below it. */
export function refuse(id: string, what: string, problems: readonly string[], hint: string): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  throw new HostError(id, `${what}: ${first}${more}`, { hint, details: others.slice(0, shownProblems) });
}
