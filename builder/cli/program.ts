import { Command } from 'commander';
import { packageVersion } from '../system/host/package-version.ts';
import { asTyped } from './terminal/as-typed.ts';
import { addClusterCommands, addDefinitionCommands } from './definition-commands.ts';
import { addBaseCommands, addHostCommands } from './host-commands.ts';
import { addImageCommands } from './image-commands.ts';
import { refuseEmptyValues } from './refuse-empty-values.ts';

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
    .hook('preAction', (_program, command) => {
      refuseEmptyValues(command);
    })
    .exitOverride();
  addDefinitionCommands(program);
  addClusterCommands(program);
  addImageCommands(program);
  addBaseCommands(program);
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
