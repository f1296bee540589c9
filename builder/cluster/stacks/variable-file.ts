import type { Diagnostic, SourceText } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';

/** Variables of a `.env` file. */
export interface VariableFile {
  readonly values: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

const assignment = /^([^\S\n]*(?:export[^\S\n]+)?)([A-Za-z_][\w.-]*)[^\S\n]*=[^\S\n]*/;

/** Meanings of a backslash between double quotes. */
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Parses a `.env` file as docker compose does: comments, `export`, single quotes for text as it stands, double quotes
 * with escapes, both over several lines.
 *
 * Refuses what docker compose would read in a way that its author may not expect: a `$` that is not in single quotes, a
 * line without `=`, text behind a closing quote.
 */
export function parseVariableFile({ file, text }: SourceText): VariableFile {
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const values = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  let offset = 0;
  while (offset < source.length) {
    const rest = source.slice(offset);
    const blank = /^[^\S\n]*(?:#[^\n]*)?(?:\n|$)/.exec(rest)?.[0];
    if (blank !== undefined) {
      offset += Math.max(1, blank.length);
      continue;
    }
    const { name, value, length, wrong } = readAssignment(rest);
    if (wrong !== undefined) diagnostics.push(complaint({ file, text: source }, offset, wrong));
    else values.set(name, value);
    offset += length;
  }
  return { values, diagnostics };
}

interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Of all that belongs to it, with the end of its last line. */
  readonly length: number;
  readonly wrong?: Complaint;
}

interface Complaint {
  readonly message: string;
  readonly hint: string;
}

function readAssignment(rest: string): Assignment {
  const line = /^[^\n]*(?:\n|$)/.exec(rest)?.[0] ?? rest;
  const refuse = (message: string, hint: string, length = line.length): Assignment => {
    return { name: '', value: '', length, wrong: { message, hint } };
  };
  const [start = '', , name = ''] = assignment.exec(rest) ?? [];
  if (start === '') return refuse('this line sets no variable', 'write NAME=value, or begin the line with #');
  const quote = rest[start.length];
  if (quote !== '"' && quote !== "'") {
    const value = line
      .slice(start.length)
      .replace(/(?:^|\s)#.*/, '')
      .trim();
    return value.includes('$')
      ? refuse(`the value of ${shown(name)} has a $ outside of single quotes`, singleQuotes)
      : { name, value, length: line.length };
  }
  const body = quote === '"' ? /^"((?:[^"\\]|\\[\s\S])*)"/ : /^'([^']*)'/;
  const [quoted, inner = ''] = body.exec(rest.slice(start.length)) ?? [];
  if (quoted === undefined)
    return refuse(`the quote of ${shown(name)} is not closed`, `end the value with ${quote}`, rest.length);
  const after = /^[^\S\n]*(?:#[^\n]*)?(?:\n|$)/.exec(rest.slice(start.length + quoted.length))?.[0];
  const length =
    start.length +
    quoted.length +
    (after ?? /^[^\n]*\n?/.exec(rest.slice(start.length + quoted.length))?.[0] ?? '').length;
  if (after === undefined)
    return refuse(
      `text stands behind the quotes of ${shown(name)}`,
      'put all of the value in quotes',
      length,
    );
  if (quote === "'") return { name, value: inner, length };
  if (/(?:^|[^\\])\$/.test(inner))
    return refuse(`the value of ${shown(name)} has a $ outside of single quotes`, singleQuotes, length);
  return { name, value: inner.replaceAll(/\\([\s\S])/g, (_, one: string) => escapes[one] ?? one), length };
}

const singleQuotes =
  'docker compose would take it for a variable: put the value in single quotes to keep the $';

function complaint({ file, text }: SourceText, offset: number, { message, hint }: Complaint): Diagnostic {
  const before = text.slice(0, offset).split('\n');
  const line = text.slice(offset).split('\n', 1)[0] ?? '';
  const column = line.length - line.trimStart().length + 1;
  const length = Math.max(1, /^\s*([^=\s]*)/.exec(line)?.[1]?.length ?? 1);
  return error('stack-env-malformed', { file, line: before.length, column, length }, message, hint);
}

/** The text with every value covered by asterisks, one for each character, so that positions stay what they are. */
export function coverValues({ file, text }: SourceText): SourceText {
  // Whatever is not plainly a name or a comment may be part of a value, and a comment may be a line that was one.
  const covered = text.replaceAll(
    /^(\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=|[^\S\n]*#[^\n=:]*)?(.*)$/gm,
    (_, kept: string | undefined, rest: string) => {
      return (kept ?? '') + rest.replaceAll(/\S/g, '*');
    },
  );
  return { file, text: covered };
}
