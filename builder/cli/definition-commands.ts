import { Option, type Command } from 'commander';
import { change, collect, removeNode, withDefinition, withFormats, withOutputs } from './command-options.ts';

const placeOfImages = 'out/<cluster>, boxes in vagrant below it';

/** Commands that write, show or make what a definition says. */
export function addDefinitionCommands(program: Command): void {
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

  withOutputs(withFormats(withDefinition(program.command('build [definition]'))), placeOfImages)
    .description(
      'build the images of a cluster (definition: cluster.yaml when it exists, else the last build, flags and defaults)',
    )
    .option('--node <name>', 'build only this node; repeatable', collect)
    .option(...removeNode)
    .option(
      '--revoke <name>',
      'the card of this node is lost or stolen: no other node takes its keys any more, and it gets new ones; repeatable',
      collect,
    )
    .addOption(change())
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

  withOutputs(withFormats(withDefinition(program.command('plan [definition]'))), placeOfImages)
    .description('show the cluster as it will be built: nodes, bases and files; writes nothing')
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

/** Commands that ask the nodes of a definition. */
export function addClusterCommands(program: Command): void {
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
