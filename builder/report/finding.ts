import type { Diagnostic, Position } from './diagnostic.ts';

/** The definition cannot be built as it stands. */
export function error(id: string, at: Position | undefined, message: string, hint?: string): Diagnostic {
  return finding('error', id, at, message, hint);
}

/** The definition can be built, but its author should know. */
export function warning(id: string, at: Position | undefined, message: string, hint?: string): Diagnostic {
  return finding('warning', id, at, message, hint);
}

/** Nothing is wrong; something is done that its author may not expect. */
export function note(id: string, at: Position | undefined, message: string, hint?: string): Diagnostic {
  return finding('note', id, at, message, hint);
}

function finding(
  severity: Diagnostic['severity'],
  id: string,
  at: Position | undefined,
  message: string,
  hint: string | undefined,
): Diagnostic {
  return {
    severity,
    id,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
  };
}
