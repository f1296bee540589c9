import type { Diagnostic, SourceText } from './diagnostic.ts';
import { sortDiagnostics } from './format-report.ts';

/** The diagnostics as one JSON document on one line, for machines: `{"diagnostics": [...], "errors": 2, "warnings": 1}`. */
export function formatJson(diagnostics: readonly Diagnostic[], sources: readonly SourceText[]): string {
  const count = (severity: Diagnostic['severity']) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return JSON.stringify({
    diagnostics: sortDiagnostics(diagnostics, sources),
    errors: count('error'),
    warnings: count('warning'),
  });
}
