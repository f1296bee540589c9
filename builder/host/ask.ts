import { createInterface } from 'node:readline/promises';

/** Asks one question on the terminal; an empty answer takes the default. */
export async function ask(question: string, defaultAnswer: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [${defaultAnswer}]: `);
    return answer.trim() === '' ? defaultAnswer : answer.trim();
  } finally {
    terminal.close();
  }
}
