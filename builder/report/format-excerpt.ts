import type { Position, SourceText } from './diagnostic.ts';
import { displayWidth } from './display-width.ts';
import type { Paint } from './paint.ts';

/** Longer lines are cut around the place in question: a pasted ssh key is longer than any screen. */
const widestLine = 100;
const keptBefore = 40;
const tabStop = '    ';

/** The line that a position is in with the one before it, line numbers, and carets under the exact range; no lines when the text has no such place. */
export function formatExcerpt(at: Position, source: SourceText, paint: Paint): string[] {
  const lines = linesOf(source);
  const line = lines[at.line - 1];
  if (line === undefined) return [];
  const before = at.line > 1 ? lines[at.line - 2] : undefined;
  const numberWidth = String(at.line).length;
  const gutter = (number: string) => paint.dim(`  ${number.padStart(numberWidth)} |`);
  const { text, start, length } = cut(line, at.column - 1, at.length);
  const indent = ' '.repeat(displayWidth(printable(text.slice(0, start))));
  const carets = '^'.repeat(Math.max(1, displayWidth(printable(text.slice(start, start + length)))));
  return [
    gutter(''),
    ...(before === undefined ? [] : [row(gutter(String(at.line - 1)), printable(cut(before, 0, 1).text))]),
    row(gutter(String(at.line)), printable(text)),
    `${gutter('')} ${indent}${paint.mark(carets)}`,
  ];
}

/** A report may show thousands of places of one text. */
const splitTexts = new WeakMap<SourceText, readonly string[]>();

function linesOf(source: SourceText): readonly string[] {
  const lines = splitTexts.get(source) ?? source.text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  splitTexts.set(source, lines);
  return lines;
}

function row(gutter: string, text: string): string {
  return text.trim() === '' ? gutter : `${gutter} ${text.trimEnd()}`;
}

interface Cut {
  readonly text: string;
  readonly start: number;
  readonly length: number;
}

/** Cuts a long line to what lies around the range. `start` and `length` are in UTF-16 code units, like the result's. */
function cut(line: string, start: number, length: number): Cut {
  if (line.length <= widestLine)
    return { text: line, start, length: Math.min(length, Math.max(1, line.length - start)) };
  const from = start > keptBefore ? start - keptBefore : 0;
  const to = Math.min(line.length, from + widestLine);
  const head = from > 0 ? '…' : '';
  const tail = to < line.length ? '…' : '';
  const text = head + line.slice(from, to) + tail;
  const cutStart = start - from + head.length;
  return { text, start: cutStart, length: Math.min(length, text.length - tail.length - cutStart) };
}

/** Tabs as spaces, and anything that could steer the terminal as a replacement character. */
function printable(text: string): string {
  return text.replaceAll('\t', tabStop).replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}
