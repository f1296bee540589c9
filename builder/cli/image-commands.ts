import type { Command } from 'commander';
import { cache } from './command-options.ts';

/** Commands that look at images, or make one of another. */
export function addImageCommands(program: Command): void {
  program
    .command('inspect <image> [path]')
    .description(
      'show partitions, file systems and seed of an image, list a directory or print a file; no root needed',
    )
    .addHelpText(
      'after',
      '\nImage: raw, packed or a disk, as verify and diff take it.\nPaths: /etc/hostname on the root file system, boot:/config.txt on the FAT partition.',
    )
    .option(...cache)
    .action(async (image: string, path: string | undefined, options: object) => {
      const { runInspect } = await import('./commands/inspect.ts');
      await runInspect(image, path, { ...program.opts(), ...options });
    });

  program
    .command('apply <patch>')
    .description('make an image from its base and a .dlpatch')
    .option('--base <base>', 'file, or name or key of a base in the cache (default: looked for in the cache)')
    .option(
      '--out <file>',
      'image to write; its ending says the format (default: the name of the patch, .img)',
    )
    .option(...cache)
    .action(async (patch: string, options: object) => {
      const { runApply } = await import('./commands/apply.ts');
      await runApply(patch, { ...program.opts(), ...options });
    });
  program
    .command('verify [path]')
    .description('check checksums, file systems and node identity of built images')
    .option('--fast', 'checksums only')
    .option(...cache)
    .addHelpText(
      'after',
      '\nPath: the directory that build wrote (default: this one, else all\nbelow ./out), or one file.\nExit code: 0 when all is good, 3 when not.',
    )
    .action(async (path: string | undefined, options: object) => {
      const { runVerify } = await import('./commands/verify.ts');
      await runVerify(path, { ...program.opts(), ...options });
    });
  program
    .command('diff <image> <other>')
    .description('show partitions and files that differ between two images, or an image and its base')
    .option(...cache)
    .addHelpText('after', '\nEach is an image in any format, or the name or key of a base in the cache.')
    .action(async (image: string, other: string, options: object) => {
      const { runDiff } = await import('./commands/diff.ts');
      await runDiff(image, other, { ...program.opts(), ...options });
    });
}
