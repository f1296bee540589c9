/** A text that diagnostics point into: the user's file, or the command line itself. */
export interface SourceText {
  /** Name as shown to the user: a path relative to the working directory, or `command line`. */
  readonly file: string;
  readonly text: string;
}

/** A place in a source text. `line` and `column` count from 1, `length` in UTF-16 code units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One finding about the user's input. `id` is stable, kebab-case, and has a case under test/errors. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'note';
  readonly id: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: Position;
}

/** Result of a pure stage: a value where one could be made, and every finding on the way. */
export interface Outcome<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** True when at least one of the diagnostics is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
