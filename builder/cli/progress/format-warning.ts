import type { Diagnostic } from '../../report/diagnostic.ts';

/** A warning in lines, as a report shows it: the message with its id, then the hint. */
export function formatWarning({ message, id, hint }: Diagnostic): string {
  return `warning: ${message} [${id}]${hint === undefined ? '' : `\n  hint: ${hint}`}`;
}
