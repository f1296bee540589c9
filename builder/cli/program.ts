import { Command, InvalidArgumentError, Option } from 'commander';
import { buildFormats } from '../formats/image-format.ts';
import { changeTopics } from '../definition/last-build/change-topics.ts';
import { packageVersion } from '../host/package-version.ts';
import { asTyped } from './as-typed.ts';

/**
 * The command line of dlimage. Actions are imported when they run, so that `--version` and `--help` are quick.
 *
 * @param writeError - where commander's own messages about the command line go
 */
export function createProgram(
  writeError: (text: string) => unknown = (text) => process.stderr.write(text),
): Command {
  const program = new Command('dlimage')
    .description(
      'Turns one OS base image and one cluster definition into N different flashable images, ' +
        'one per node, which knows from its first boot who it is and who the others are.',
    )
    .version(packageVersion)
    .option('--quiet', 'no progress and no summary; warnings and errors only')
    .option('--json', 'one JSON object a line on stdout, the last is the result')
    .option('--debug', 'show the stack of an internal error')
    .addHelpText('after', () => asTyped(examplesAndExitCodes))
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .configureOutput({ writeErr: writeError })
    .exitOverride();
  addDefinitionCommands(program);
  addClusterCommands(program);
  addImageCommands(program);
  addHostCommands(program);
  return program;
}

const examplesAndExitCodes = `
Examples:
  dlimage build --profile pi3 --count 4      four images for four Raspberry Pi 3
  dlimage init                               write a commented cluster.yaml
  dlimage plan                               show every node before building
  dlimage build --node pi3-2                 make the image of one node again, with its identity
  dlimage status --wait                      switched on: wait until the nodes are a cluster

Exit codes: 0 done, 1 the definition is wrong, 2 usage, 3 the host failed us
(a missing program, a full disk, a failed command), or what was looked at is not
as it should be (verify, status, doctor), 70 a bug in dlimage, 130 interrupted.`;

function addDefinitionCommands(program: Command): void {
  program
    .command('init [file]')
    .description('write a commented cluster definition with what was detected (default: cluster.yaml)')
    .option('--yes', 'take every default, ask nothing')
    .option('--force', 'replace a file that exists')
    .option(
      '--schema',
      'write only cluster.schema.json, from which editors complete and check the definition',
    )
    .action(async (file: string | undefined, options: object) => {
      const { runInit } = await import('./commands/init.ts');
      await runInit(file, { ...program.opts(), ...options });
    });

  withOutputs(
    withDefinition(program.command('build [definition]')),
    'out/<cluster>, boxes in vagrant below it',
  )
    .description(
      'build the images of a cluster (definition: cluster.yaml when it exists, else the last build, flags and defaults)',
    )
    .option('--node <name>', 'build only this node; repeatable', collect)
    .option(...removeNode)
    .addOption(change())
    .addOption(
      new Option(
        '--format <format>',
        'what to write for each node; repeatable (default: as in the last build when that counts, else img)',
      )
        .choices(buildFormats)
        .argParser(collect),
    )
    .option(
      '--backing',
      'make each qcow2 a thin disk on the base in the cache: instant, for virtual machines here',
    )
    .option('--per-node', 'one box for each node, instead of one for all and a seed for each')
    .option('--vagrant-user', "add Vagrant's default user with its well-known insecure key")
    .option('--box-version <version>', 'version of the boxes in their catalogue (default: counted)')
    .option('--box-url <url>', 'where the boxes will be published (default: where they are now)')
    .option('--no-image-checksum', 'skip the SHA-256 of the uncompressed image (the slowest step)')
    .option('--offline', 'take bases and downloads from the cache only')
    .option('--mirror <url>', "Debian mirror for bases (default: the host's own apt configuration)")
    .option('--jobs <number>', 'nodes to work on at once (default: one for each core, at most three)')
    .action(async (definition: string | undefined, options: object) => {
      const { runBuild } = await import('./commands/build.ts');
      await runBuild(definition, { ...program.opts(), ...options });
    });

  withOutputs(withDefinition(program.command('packer [definition]')), 'out/<cluster>/packer')
    .description("make a cluster's Vagrant box with Packer, in a virtual machine that boots the base")
    .option('--node <name>', 'make a whole image of this node instead of one for all; repeatable', collect)
    .option(...removeNode)
    .addOption(change())
    .addOption(
      new Option(
        '--builder <name>',
        'the machine: PC with BIOS or UEFI in QEMU, or VirtualBox (default: bios)',
      ).choices(['bios', 'uefi', 'virtualbox']),
    )
    .option('--vagrant-user', "add Vagrant's default user with its well-known insecure key")
    .option('--box-version <version>', 'version of the box in its catalogue (default: counted)')
    .option('--box-url <url>', 'where the box will be published (default: where it is now)')
    .option('--offline', 'take bases and downloads from the cache only')
    .action(async (definition: string | undefined, options: object) => {
      const { runPackerCommand } = await import('./commands/packer.ts');
      await runPackerCommand(definition, { ...program.opts(), ...options });
    });

  withDefinition(program.command('plan [definition]'))
    .description('show the cluster as it will be built, node by node; writes nothing')
    .option('--node <name>', 'show only this node; repeatable', collect)
    .option('--files', 'list every file of the nodes too, with mode, owner, size and origin')
    .action(async (definition: string | undefined, options: object) => {
      const { runPlan } = await import('./commands/plan.ts');
      await runPlan(definition, { ...program.opts(), ...options });
    });

  withOutputs(withDefinition(program.command('render [definition]')), 'out/<cluster>/rendered')
    .description('write every node as folders: its seed and the files it adds to the base')
    .option('--node <name>', 'render only this node; repeatable', collect)
    .action(async (definition: string | undefined, options: object) => {
      const { runRender } = await import('./commands/render.ts');
      await runRender(definition, { ...program.opts(), ...options });
    });
}

function addClusterCommands(program: Command): void {
  withDefinition(program.command('status [definition]'))
    .description('ask every node over ssh how it is, and show the cluster in one table')
    .option('--node <name>', 'ask only this node; repeatable', collect)
    .option('--wait [seconds]', 'ask again until all nodes are assembled (default: up to 600 seconds)')
    .addHelpText('after', '\nExit code: 0 when all nodes are assembled, 3 when not.')
    .action(async (definition: string | undefined, options: object) => {
      const { runStatus } = await import('./commands/status.ts');
      await runStatus(definition, { ...program.opts(), ...options });
    });
}

function addImageCommands(program: Command): void {
  program
    .command('inspect <image> [path]')
    .description(
      'show partitions, file systems and seed of an image, list a directory or print a file; no root needed',
    )
    .addHelpText(
      'after',
      '\nImage: raw, packed or a disk, as verify and diff take it.\nPaths: /etc/hostname on the root file system, boot:/config.txt on the FAT partition.',
    )
    .option('--cache <dir>', 'where bases are kept (default: ~/.cache/dlimage)')
    .action(async (image: string, path: string | undefined, options: object) => {
      const { runInspect } = await import('./commands/inspect.ts');
      await runInspect(image, path, { ...program.opts(), ...options });
    });

  const cache: [string, string] = ['--cache <dir>', 'where bases are kept (default: ~/.cache/dlimage)'];
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

function addHostCommands(program: Command): void {
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

const removeNode: [string, string, typeof collect] = [
  '--remove-node <name>',
  'this node of the last build is meant to be gone; repeatable',
  collect,
];

/** Says that something that running nodes cannot follow is meant to change. */
function change(): Option {
  return new Option('--change <what>', 'this is meant to differ from the last build; repeatable')
    .choices(changeTopics)
    .argParser((value: string, previous: readonly string[] | undefined) => {
      if (changeTopics.some((topic) => topic === value)) return collect(value, previous);
      throw new InvalidArgumentError(`Choose from ${changeTopics.join(', ')}.`);
    });
}

/** Flags that say what the cluster is; they win over the file. */
function withDefinition(command: Command): Command {
  return command
    .option('--profile <name>', 'board: pi2, pi3, pi4, pi5, arm64-vm, x86, or a profile file (default: pi3)')
    .option('--count <number>', 'number of nodes (default: 3)')
    .option(
      '--base <name>',
      'OS base: debian-13, ubuntu-24.04, ... (see base list), or the path or URL of an image (default: from the profile)',
    )
    .option('--base-image <image>', "use this image (path or URL) instead of the publisher's")
    .option('--sha256 <digest>', 'SHA-256 that the image of --base or --base-image must have')
    .option('--name <name>', 'cluster name (default: the profile)')
    .option('--subnet <cidr>', 'LAN of the nodes (default: 192.168.1.0/24)')
    .option('--vip <address>', 'virtual IP address (default: host 253 of the LAN)')
    .option('--gateway <address>', 'router (default: the first address of the LAN)')
    .option('--dns <address>', 'name server; repeatable (default: the router)', collect)
    .option('--timezone <zone>', 'time zone of the nodes, like Europe/Rome (default: UTC)')
    .option('--user <name>', 'login name of the only user (default: dlimage)')
    .option(
      '--ssh-key <key>',
      'public key, or a file with one, that may log in; repeatable (default: yours)',
      collect,
    )
    .option('--state <dir>', 'identity store (default: .dlimage beside the definition)');
}

function withOutputs(command: Command, defaultPlace: string): Command {
  return command
    .option('--out <dir>', `where the results go (default: ${defaultPlace})`)
    .option('--cache <dir>', 'where bases are kept (default: ~/.cache/dlimage)');
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
