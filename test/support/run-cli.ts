import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a run of the command line left behind. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the compiled command line in a directory, with a home that holds no ssh keys, and never fails by itself. */
export async function runCli(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const cache = process.env['XDG_CACHE_HOME'] ?? `${process.env['HOME'] ?? '/root'}/.cache`;
  const result = await execa('node', [main, ...args], {
    cwd: directory,
    reject: false,
    stdin: 'ignore',
    env: { HOME: directory, XDG_CACHE_HOME: cache, NO_COLOR: '1', ...env },
  });
  return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}
