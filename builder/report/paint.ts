import type { Diagnostic } from './diagnostic.ts';

/** Colours of a report; each returns its text as it is when there is to be no colour. */
export interface Paint {
  severity(severity: Diagnostic['severity'], text: string): string;
  /** The carets under the place in question. */
  mark(text: string): string;
  /** Frame around the excerpt. */
  dim(text: string): string;
  /** The word before a hint. */
  hint(text: string): string;
  strong(text: string): string;
}

const severityCodes = { error: '1;31', warning: '1;33', note: '1;36' } as const;

/** Paint for a terminal, or the one that changes nothing. */
export function makePaint(colour: boolean): Paint {
  const wrap = (code: string) => (text: string) => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
  return {
    severity: (severity, text) => wrap(severityCodes[severity])(text),
    mark: wrap('1;31'),
    dim: wrap('2'),
    hint: wrap('36'),
    strong: wrap('1'),
  };
}
