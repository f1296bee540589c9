import { createInterface } from 'node:readline';

/** Asks a person questions on a terminal. */
export interface Asker {
  /**
   * Asks one question; an empty answer takes the default.
   *
   * @throws AnswersEnded when the person pressed Ctrl-C or Ctrl-D
   */
  ask(question: string, defaultAnswer: string): Promise<string>;
  close(): void;
}

/** Thrown when no more answers will come. */
export class AnswersEnded extends Error {
  constructor() {
    super('no more answers');
    this.name = 'AnswersEnded';
  }
}

/** Opens the terminal for questions. Lines that were typed, or pasted, ahead answer the questions that follow. */
export function openAsker(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Asker {
  const terminal = createInterface({ input, output, terminal: true });
  const typedAhead: string[] = [];
  let isEnded = false;
  let settle: ((line: string | null) => void) | null = null;
  const give = (line: string | null): void => {
    const waiting = settle;
    settle = null;
    if (waiting !== null) waiting(line);
    else if (line !== null) typedAhead.push(line);
  };
  terminal.on('line', give);
  terminal.on('SIGINT', () => terminal.close());
  terminal.on('close', () => {
    isEnded = true;
    give(null);
  });
  return {
    async ask(question, defaultAnswer) {
      terminal.setPrompt(`${question}${defaultAnswer === '' ? '' : ` [${defaultAnswer}]`}: `);
      terminal.prompt();
      const line = typedAhead.shift() ?? (isEnded ? null : await nextLine());
      if (line === null) throw new AnswersEnded();
      return line.trim() === '' ? defaultAnswer : line.trim();
    },
    close: () => terminal.close(),
  };

  async function nextLine(): Promise<string | null> {
    return await new Promise((resolve) => (settle = resolve));
  }
}
