import type { Diagnostic, SourceText } from './diagnostic.ts';
import { sortDiagnostics } from './format-report.ts';

/** Diagnostics for machines: in the order in which people read them, with their numbers. */
export interface CountedFindings {
  readonly diagnostics: readonly Diagnostic[];
  readonly errors: number;
  readonly warnings: number;
}

/** Sorts and counts diagnostics: a part of the result object of every command that reads a definition. */
export function countFindings(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
): CountedFindings {
  const count = (severity: Diagnostic['severity']) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return {
    diagnostics: sortDiagnostics(diagnostics, sources),
    errors: count('error'),
    warnings: count('warning'),
  };
}
