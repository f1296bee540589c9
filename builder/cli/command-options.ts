import { InvalidArgumentError, Option, type Command } from 'commander';
import { buildFormats } from '../image/image-format.ts';
import { changeTopics } from '../cluster/last-build/change-topics.ts';
import { boardNames } from '../cluster/host/board-names.ts';

/** The option for the directory of bases. */
export const cache: [string, string] = ['--cache <dir>', 'where bases are kept (default: ~/.cache/dlimage)'];

/** A node that is meant to be gone. */
export const removeNode: [string, string, typeof collect] = [
  '--remove-node <name>',
  'this node of the last build is meant to be gone; repeatable',
  collect,
];

/** Says that something that running nodes cannot follow is meant to change. */
export function change(): Option {
  return new Option('--change <what>', 'this is meant to differ from the last build; repeatable')
    .choices(changeTopics)
    .argParser((value: string, previous: readonly string[] | undefined) => {
      if (changeTopics.some((topic) => topic === value)) return collect(value, previous);
      throw new InvalidArgumentError(`Choose from ${changeTopics.join(', ')}.`);
    });
}

/** Flags that say what the cluster is; they win over the file. */
export function withDefinition(command: Command): Command {
  return command
    .option('--profile <name>', `board: ${boardNames().join(', ')}, or a profile file (default: pi3)`)
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

/** Adds the options for what to write. */
export function withFormats(command: Command): Command {
  return command
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
    .option('--vagrant-user', "add Vagrant's default user with its well-known insecure key");
}

/** Adds the options for where results go, and where bases are kept. */
export function withOutputs(command: Command, defaultPlace: string): Command {
  return command.option('--out <dir>', `where the results go (default: ${defaultPlace})`).option(...cache);
}

/** Values of a flag that may be typed several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
