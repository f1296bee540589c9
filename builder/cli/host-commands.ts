import type { Command } from 'commander';
import { asTyped } from './terminal/as-typed.ts';
import { cache } from './command-options.ts';

/** `base`: the cache of bases. */
export function addBaseCommands(program: Command): void {
  const base = program.command('base').description('manage the OS base images in the cache');
  base
    .command('list')
    .description('list the bases that can be built and those in the cache')
    .option(...cache)
    .action(async (options: object) => {
      const { runBaseList } = await import('./commands/base.ts');
      await runBaseList({ ...program.opts(), ...options });
    });
  base
    .command('build [name]')
    .description(
      'build or download a base for a profile ahead of time (default: the default base of the profile)',
    )
    .option('--profile <name>', 'board to build it for', 'pi3')
    .option('--mirror <url>', "Debian mirror (default: the host's own apt configuration)")
    .option('--offline', 'take it from the cache only')
    .option(...cache)
    .action(async (name: string | undefined, options: { profile: string }) => {
      const { runBaseBuild } = await import('./commands/base.ts');
      await runBaseBuild(name, { ...program.opts(), ...options });
    });
  base
    .command('rm <key...>')
    .description('remove bases from the cache by their key, or the first characters of it')
    .option(...cache)
    .action(async (keys: string[], options: object) => {
      const { runBaseRemove } = await import('./commands/base.ts');
      await runBaseRemove(keys, { ...program.opts(), ...options });
    });
}

/** Commands about this machine. */
export function addHostCommands(program: Command): void {
  program
    .command('doctor')
    .description('list the external programs: found, version, what each is for, how to install it')
    .option(
      '--for <purposes>',
      'look only at these: build, foreign (boards of another architecture), packer, test; comma between (default: all but test)',
    )
    .option(
      '--missing',
      'print only the Debian packages that are missing, one a line (default: for build,foreign)',
    )
    .action(async (options: object) => {
      const { runDoctor } = await import('./commands/doctor.ts');
      await runDoctor({ ...program.opts(), ...options });
    });
  program
    .command('completion <shell>')
    .description('print the completion script for bash, zsh or fish')
    .addHelpText(
      'after',
      () =>
        `\nbash: ${asTyped('source <(dlimage completion bash)')}\nIt completes the word dlimage: see "Install the command" in README.md.`,
    )
    .action(async (shell: string) => {
      const { runCompletion } = await import('./commands/completion.ts');
      await runCompletion(shell, program);
    });
}
