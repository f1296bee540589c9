/** Reads a line from left to right. */
export interface LineScanner {
  /** Takes what stands next, blanks before it left out; undefined, and nothing is taken, when it is something else. */
  readonly take: (pattern: RegExp) => string | undefined;
  /** Puts back what was taken last. */
  readonly putBack: () => void;
  /** Start of the next word, in UTF-16 code units from the start of the line. */
  readonly offset: () => number;
}

/** Makes the scanner of a line. Its patterns must be sticky (`y`). */
export function scanLine(line: string): LineScanner {
  let at = 0;
  let before = 0;
  const skipBlanks = (): void => {
    while (line[at] === ' ' || line[at] === '\t' || line[at] === '\r') at += 1;
  };
  return {
    take(pattern) {
      skipBlanks();
      pattern.lastIndex = at;
      before = at;
      const found = pattern.exec(line)?.[0];
      at += found?.length ?? 0;
      return found;
    },
    putBack() {
      at = before;
    },
    offset() {
      skipBlanks();
      return at;
    },
  };
}
