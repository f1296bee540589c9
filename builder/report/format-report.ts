import type { Diagnostic, Position, SourceText } from './diagnostic.ts';
import { formatExcerpt } from './format-excerpt.ts';
import { makePaint, type Paint } from './paint.ts';
import { wrapText } from './wrap-text.ts';

/** Looks of a report. */
export interface ReportOptions {
  /** ANSI colours: for a terminal, and only if NO_COLOR is not set. */
  readonly colour: boolean;
  /** True where something else follows: no blank lines, and nothing is counted. */
  readonly isBrief?: boolean;
  /** Width of the terminal, at which messages and hints are broken between words; without one they are not. */
  readonly columns?: number | undefined;
}

/**
 * All diagnostics as text for stderr: in order of their sources and positions, those without a place last, each with
 * an excerpt and its hint, then a line with their number. Empty when there is nothing to report.
 */
export function formatReport(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
  options: ReportOptions,
): string {
  if (diagnostics.length === 0) return '';
  const paint = makePaint(options.colour);
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const blocks = sortDiagnostics(diagnostics, sources).map((diagnostic) =>
    formatDiagnostic(diagnostic, byFile, paint, options.columns ?? Infinity),
  );
  if (options.isBrief === true) return `${blocks.join('\n')}\n`;
  return `${[...blocks, countDiagnostics(diagnostics)].join('\n\n')}\n`;
}

/** Orders diagnostics as they are read: by source, line and column; those without a place come last. */
export function sortDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
): Diagnostic[] {
  const order = new Map(sources.map((source, index) => [source.file, index]));
  const rank = (at: Position | undefined) =>
    at === undefined ? [Infinity, 0, 0] : [order.get(at.file) ?? sources.length, at.line, at.column];
  return diagnostics.toSorted((one, other) => {
    const [left, right] = [rank(one.at), rank(other.at)];
    const differing = left.findIndex((value, index) => value !== right[index]);
    return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
  });
}

/** `2 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning', 'note'] as const)
    .flatMap((severity) => {
      const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
      return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
    })
    .join(', ');
}

function formatDiagnostic(
  diagnostic: Diagnostic,
  sources: ReadonlyMap<string, SourceText>,
  paint: Paint,
  columns: number,
): string {
  const { at, severity, message, id, hint } = diagnostic;
  const source = at === undefined ? undefined : sources.get(at.file);
  const place = at === undefined ? '' : `${paint.strong(`${at.file}:${at.line}:${at.column}:`)} `;
  const title = `${place}${paint.severity(severity, `${severity}:`)} ${message} ${paint.dim(`[${id}]`)}`;
  return [
    ...wrapText(title, columns),
    ...(at === undefined || source === undefined ? [] : formatExcerpt(at, source, paint)),
    ...(hint === undefined ? [] : wrapText(`  ${paint.hint('hint:')} ${hint}`, columns)),
  ].join('\n');
}
