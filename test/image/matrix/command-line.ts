import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CliResult } from '../../support/run-cli.ts';

/** dlimage in a process of its own, for one command after the other. */
export interface CommandLine {
  run(cwd: string, args: readonly string[]): Promise<CliResult>;
  close(): void;
}

const program = fileURLToPath(new URL('../support/many-commands.mjs', import.meta.url));

/** Starts it with a home that holds no keys. */
export function openCommandLine(home: string): CommandLine {
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HOME: home, NO_COLOR: '1' },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(cwd, args) {
      child.stdin.write(`${JSON.stringify({ cwd, args })}\n`);
      const { value, done } = await answers.next();
      if (done === true || typeof value !== 'string') throw new Error(`dlimage ended at: ${args.join(' ')}`);
      return JSON.parse(value) as CliResult;
    },
    close: () => void child.stdin.end(),
  };
}
