import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPackerCommand } from '../../../../builder/cli/commands/packer.ts';
import { usageErrorOf } from '../../../../builder/cli/usage-error.ts';
import { createProgram } from '../../../../builder/cli/program.ts';
import type { Cluster, ClusterNode } from '../../../../builder/cluster/model/cluster.ts';
import { planBuild } from '../../../../builder/make/plan-build.ts';
import { parseImageAddress } from '../../../../builder/image/image-address.ts';
import { readPackerHost } from '../../../../builder/make/packer/host/packer-host.ts';
import type { MessageCase, MessageCases } from '../message-case.ts';

/** A command line that is refused before any work. */
function command(
  line: string,
  when: string,
  prepare: (directory: string) => void = () => undefined,
): MessageCase {
  return {
    when,
    provoke: async (directory) => {
      prepare(directory);
      await createProgram().parseAsync(line.split(' '), { from: 'user' });
    },
  };
}

/** Two bases in the cache whose keys begin alike. */
function twoBases(directory: string): void {
  for (const key of ['abc1', 'abc2'].map((start) => start.padEnd(64, '0'))) {
    const place = join(directory, 'cache/dlimage/bases', key);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'base.img'), '');
    writeFileSync(
      join(place, 'base.json'),
      JSON.stringify({
        format: 1,
        key,
        sha256: ''.padEnd(64, '0'),
        sizeBytes: 0,
        packages: [],
        partitions: [],
        definitionName: 'debian-13',
        platform: 'raspberry-pi',
        architecture: 'arm64',
        extraPackages: [],
      }),
    );
  }
}

const strayFlag = 'A flag that belongs to something else.';

export const usageCases: MessageCases = {
  'usage.base-profile': command('base build debian-13 --profile pi9', 'A profile that there is none of.'),
  'usage.base-name': command('base build windows', 'A base that there is none of.'),
  'usage.base-key': command('base rm abcdef', 'A key that no base in the cache has.'),
  'usage.base-keys': command('base rm abc', 'A key that several bases have.', twoBases),
  'base-ambiguous.diff': command(
    'diff debian-13 debian-13',
    'A base is named of which the cache has several, for different boards.',
    twoBases,
  ),
  'usage.build-format': command('build --format floppy', 'A format that there is none of.'),
  'usage.build-backing': command('build --backing', strayFlag),
  'usage.build-box-and-more': command('build --format box --format img', 'Boxes and cards in one build.'),
  'usage.build-box-flags': command('build --vagrant-user', strayFlag),
  'usage.build-per-node': command('build --per-node', strayFlag),
  'usage.build-per-node-seed': command('build --format seed-iso --per-node', strayFlag),
  'usage.build-box-version': command(
    'build --profile x86 --format box --box-version banana --quiet',
    'A version of a box that Vagrant would not take.',
  ),
  'usage.build-box-url': command(
    'build --profile x86 --format box --box-url banana --quiet',
    'A URL of a box that Vagrant would not take.',
  ),
  'usage.build-jobs': command('build --jobs 0', 'A number that is too small.'),
  'usage.completion': command('completion powershell', 'A shell that there is no completion for.'),
  'usage.doctor': command('doctor --for fun', 'A purpose that no program has.'),
  'usage.packer-builder': {
    when: 'A builder that there is none of.',
    provoke: () => runPackerCommand(undefined, { builder: 'xen' }),
  },
  'usage.no-command': {
    when: 'No command.',
    provoke: () => {
      throw usageErrorOf({ code: 'commander.help', message: '' });
    },
  },
  'usage.status-wait': command('status --wait 0', 'A number that is too small.'),
  'definition-unreadable.pipe': command('plan /dev/null', 'A device is named in place of a definition.'),
  'usage.different-bases': {
    when: 'One image is wanted for nodes with different bases.',
    provoke: () => {
      const node = (name: string, base: string) =>
        ({
          name,
          base: { from: 'definition', name: base, definition: { build: {}, platforms: {} }, image: null },
          profile: {},
        }) as unknown as ClusterNode;
      const nodes = [node('pi3-1', 'debian-13'), node('pi3-2', 'debian-12')];
      const cluster = { name: 'pi3', nodes, packages: [] } as unknown as Cluster;
      const delivery = { isSeeded: true, isVagrant: true };
      const selected = ['pi3-1', 'pi3-2'];
      planBuild({ cluster, selected, formats: ['box'], delivery }, 'build with --per-node');
    },
  },
  'usage.several-clusters': command(
    'plan',
    'Several clusters were built here, and nothing says which one is meant.',
    (directory) => {
      for (const name of ['attic', 'cellar']) {
        mkdirSync(join(directory, '.dlimage', name), { recursive: true, mode: 0o700 });
        writeFileSync(join(directory, '.dlimage', name, 'cluster.json'), '{}');
      }
    },
  ),
  'usage.empty-flag': command(
    'render --profile x86 --out ',
    'A flag has an empty value, such as a variable of the shell that is not set.',
  ),
  'usage.definition-folder': command('plan bin', 'A folder is named where a definition should be.'),
  'usage.definition': command('plan nowhere.yaml', 'A definition that is not there.'),
  'usage.accelerator': {
    when: 'A variable of the environment with a wrong value.',
    provoke: async () => {
      process.env['DLIMAGE_ACCELERATOR'] = 'xen';
      try {
        return await readPackerHost();
      } finally {
        delete process.env['DLIMAGE_ACCELERATOR'];
      }
    },
  },
  'usage.image-path': {
    when: 'A path inside an image that is not absolute.',
    provoke: () => parseImageAddress('etc/hostname'),
  },
  'usage.image-path-characters': {
    when: 'A path inside an image with a character that debugfs cannot express.',
    provoke: () => parseImageAddress('/etc/a"b'),
  },
  'cluster-unknown.status': command(
    'status --profile x86 --quiet',
    'Nodes are asked that were never built here.',
  ),
  'output-exists.init': command('init', 'A definition is there already.', (directory) =>
    writeFileSync(join(directory, 'cluster.yaml'), ''),
  ),
  'nothing-to-verify.none': command('verify nowhere', 'Nothing is at the path.'),
  'nothing-to-verify.empty': command('verify bin', 'A directory was not written by dlimage.'),
  'image-not-found.diff': command(
    'diff debian-13 debian-12',
    'Neither a file nor a base in the cache has the name.',
  ),
  'format-unknown.apply': command(
    'apply pi3-1.dlpatch --out pi3-1.floppy',
    'A file name that ends in no known format.',
  ),
  'output-exists.apply': command(
    'apply pi3-1.dlpatch --out pi3-1.img',
    'The file to write is there already.',
    (directory) => writeFileSync(join(directory, 'pi3-1.img'), ''),
  ),
  'patch-damaged.text': command(
    'apply pi3-1.dlpatch --out pi3-1.img',
    'A patch is damaged, or no patch.',
    (directory) => writeFileSync(join(directory, 'pi3-1.dlpatch'), 'no patch\n'.repeat(100)),
  ),
};
