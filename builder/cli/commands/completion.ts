import type { Command } from 'commander';
import { UsageError } from '../../report/errors.ts';
import { completionScript, isShell } from '../completion-script.ts';
import { printLine } from '../console.ts';

/** `dlimage completion <shell>` */
export async function runCompletion(shell: string, program: Command): Promise<void> {
  if (!isShell(shell)) {
    throw new UsageError(`no completion for ${shell}`, 'choose bash, zsh or fish');
  }
  printLine(await Promise.resolve(completionScript(shell, program)));
}
