import { displayWidth } from './display-width.ts';

/** ANSI colours take no column. Source: ECMA-48, 8.3.117 (SGR) */
// oxlint-disable-next-line no-control-regex -- it is the escape character that begins a colour
const colour = /\u001B\[[\d;]*m/g;

/**
 * A line broken at spaces, so that no part is wider than a terminal unless a word is. Parts after the first begin with
 * `indent`.
 *
 * @param columns - width of the terminal
 */
export function wrapText(line: string, columns: number, indent = '    '): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) /)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current.trim() !== '' && width(longer) > columns) {
      lines.push(current);
      current = indent + word;
    } else current = longer;
  }
  return [...lines, current];
}

function width(text: string): number {
  return displayWidth(text.replaceAll(colour, ''));
}
