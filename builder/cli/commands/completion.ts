import type { Command } from 'commander';
import { readShippedDefinitions } from '../../cluster/host/read-definitions.ts';
import { UsageError } from '../../report/errors.ts';
import { completionScript, isShell } from './support/completion-script.ts';
import { printLine, printResult, type GlobalOptions } from '../terminal/console.ts';

/** `dlimage completion <shell>` */
export async function runCompletion(shell: string, program: Command): Promise<void> {
  if (!isShell(shell))
    throw new UsageError(`there is no completion for ${shell}`, 'choose bash, zsh or fish');
  const { profiles, bases } = await readShippedDefinitions();
  const values = { '--profile': [...profiles.keys()], '--base': [...bases.keys()] };
  const script = completionScript(shell, program, values);
  if (program.opts<GlobalOptions>().json === true) printResult({ shell, script });
  else printLine(script);
}
