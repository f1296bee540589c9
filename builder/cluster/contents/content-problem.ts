/** Something in a text of the user's that a program of the node refuses. Offsets and lengths are UTF-16 code units of that text. */
export interface ContentProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint: string;
}

/** A line of a text as its program takes it, and where it begins. */
export interface TextLine {
  readonly text: string;
  readonly offset: number;
}

/**
 * Lines without their ends. With `joins`, a backslash before the end of a line takes the next one along; blanks stand in
 * its place, so that offsets stay what they are.
 */
export function linesOf(text: string, joins = false): TextLine[] {
  const whole = joins ? text.replaceAll(/\\\r?\n/g, (end) => ' '.repeat(end.length)) : text;
  let offset = 0;
  return whole.split('\n').map((line) => {
    const found = { text: line.replace(/\r$/, ''), offset };
    offset += line.length + 1;
    return found;
  });
}

/** A problem of a whole line, without the blanks around it. */
export function problemOfLine({ text, offset }: TextLine, message: string, hint: string): ContentProblem {
  const blanks = text.length - text.trimStart().length;
  return { offset: offset + blanks, length: Math.max(1, text.trim().length), message, hint };
}
