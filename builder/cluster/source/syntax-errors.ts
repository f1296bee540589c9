import { visit, type Document, type LineCounter, type YAMLError } from 'yaml';
import type { Diagnostic, SourceText } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { positionOfRange } from './document-locator.ts';

/** What the YAML parser complained about; `understood` is false when its tree cannot be trusted. */
export interface SyntaxFindings {
  readonly diagnostics: readonly Diagnostic[];
  readonly understood: boolean;
}

/** Turns the parser's complaints into diagnostics. Of the errors that derail it only the first is kept: the rest follow from it. */
export function explainSyntaxErrors(
  source: SourceText,
  lines: LineCounter,
  document: Document,
): SyntaxFindings {
  const complaints = [...document.errors, ...document.warnings];
  const survivable = complaints.filter((complaint) => isSurvivable(complaint));
  const fatal = complaints.find((complaint) => !isSurvivable(complaint));
  const shown = fatal === undefined ? survivable : [...survivable, fatal];
  return {
    diagnostics: shown.map((complaint) =>
      explain(source, lines, complaint, rangeOf(complaint, source, document)),
    ),
    understood: fatal === undefined,
  };
}

function isSurvivable(complaint: YAMLError): boolean {
  return complaint.code === 'DUPLICATE_KEY' || complaint.code === 'TAG_RESOLVE_FAILED';
}

/** The parser notices a missing quote at the end of the file; the user has to look at where the quoted text begins. */
function rangeOf(complaint: YAMLError, source: SourceText, document: Document): readonly [number, number] {
  let [start, end] = complaint.pos;
  if (complaint.code === 'MISSING_CHAR') {
    visit(document, {
      Scalar(_key, scalar) {
        const isQuoted = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE';
        if (isQuoted && scalar.range && scalar.range[0] < start && scalar.range[1] >= start) {
          [start, end] = scalar.range;
        }
      },
    });
  }
  const lastCharacter = source.text.trimEnd().length - 1;
  return start <= lastCharacter ? [start, end] : [Math.max(0, lastCharacter), Math.max(0, lastCharacter) + 1];
}

function explain(
  source: SourceText,
  lines: LineCounter,
  complaint: YAMLError,
  [start, end]: readonly [number, number],
): Diagnostic {
  const at = positionOfRange(source, lines, start, end);
  if (complaint.code === 'DUPLICATE_KEY') {
    const key = /^["']?[\w-]+["']?/.exec(source.text.slice(start))?.[0] ?? 'this key';
    return error(
      'yaml-duplicate-key',
      { ...at, length: key.length },
      `${key} is written twice here`,
      'keep one of the two',
    );
  }
  if (complaint.code === 'MULTIPLE_DOCS') {
    const hint = 'write each cluster into a file of its own; take the --- line out';
    return error(
      'yaml-several-documents',
      { ...at, length: 3 },
      'one file describes one cluster, but a second document begins here',
      hint,
    );
  }
  if (complaint.code === 'TAB_AS_INDENT') {
    const hint = 'indent with spaces; most editors can convert the whole file';
    return error('yaml-tab', { ...at, length: 1 }, 'YAML does not allow a tab as indentation', hint);
  }
  if (complaint.code === 'TAG_RESOLVE_FAILED') {
    return error(
      'yaml-tag',
      at,
      `${source.text.slice(start, end).trim()} means nothing here`,
      'remove the tag, or put the value in quotes if it begins with !',
    );
  }
  const variable = unquotedVariable(source.text, start);
  if (variable !== undefined) {
    return error(
      'yaml-syntax',
      positionOfRange(source, lines, ...variable),
      'not valid YAML: between brackets, a value with ${ in it must be in quotes',
      'write it like "${NAME}"',
    );
  }
  const { message, hint } = wording(source.text.slice(start), complaint);
  return error('yaml-syntax', at, `not valid YAML: ${message}`, hint);
}

/** A plain value ends at a brace between brackets: the range of one that does so behind its `$`. */
function unquotedVariable(text: string, brace: number): [number, number] | undefined {
  if (!text.startsWith('${', brace - 1)) return undefined;
  const before = /[^\s,[\]{}]*$/.exec(text.slice(0, brace))?.[0] ?? '';
  const rest = /^(?:\{[^{}\n]*\}?|[^\s,[\]{}]+)+/.exec(text.slice(brace))?.[0] ?? '{';
  return [brace - before.length, brace + rest.length];
}

function wording(rest: string, complaint: YAMLError): { message: string; hint?: string } {
  const bracket = /^Flow (map|sequence)/.exec(complaint.message)?.[1];
  const message =
    bracket === undefined
      ? complaint.message
          .replace(/^./, (first) => first.toLowerCase())
          .replace(/;.*/s, '')
          .replace(/["']quote/, 'quote')
      : `a ${bracket === 'map' ? '{' : '['} above is not closed`;
  switch (complaint.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        message: 'a second key or list begins where the value of the first is expected',
        hint: 'indent the keys of one mapping equally; put a value that contains ": " in quotes',
      };
    case 'BAD_SCALAR_START':
      return { message: `a value cannot begin with ${rest.charAt(0)}`, hint: 'put the value in quotes' };
    case 'BAD_INDENT':
      return { message, hint: 'close the bracket, or indent what belongs inside it deeper than its key' };
    // The parser, too, goes into each bracket from within the one around it.
    case 'RESOURCE_EXHAUSTION':
      return {
        message: 'it is nested deeper than can be read',
        hint: 'close the brackets, or take out what was nested by mistake',
      };
    case 'MISSING_CHAR':
      return { message, hint: 'check the quotes, colons and brackets on this line and the one above' };
    default:
      return { message, hint: 'check the indentation, quotes and colons around this place' };
  }
}
