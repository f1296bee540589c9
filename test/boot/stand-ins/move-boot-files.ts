import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBaseImage } from '../../../builder/image/host/base.ts';
import { run } from '../../image/support/programs.ts';

/** What stays at the top of the boot partition: the firmware's first file, and the seed. */
const staysAtTop = ['config.txt', 'user-data', 'meta-data', 'network-config'];

/**
 * Writes a copy of an image whose boot files are where Ubuntu 26.04 has them: below `current/`, as `os_prefix` says.
 *
 * Source: canonical/pi-gadget, branch resolute-arm64-server
 */
export async function moveBootFiles(image: string, directory: string, name: string): Promise<void> {
  const moved = join(directory, name);
  run('cp', ['--sparse=always', '--no-preserve=mode', image, moved]);
  const { boot } = await readBaseImage(moved);
  if (boot === null) throw new Error(`${image} has no boot partition`);
  const drive = ['-i', `${moved}@@${boot.offsetBytes}`];
  const names = run('mdir', [...drive, '-b', '::/'])
    .toString('utf8')
    .split('\n')
    .map((line) => line.replace('::/', '').replace(/\/$/, ''))
    .filter((entry) => entry !== '' && !staysAtTop.includes(entry));
  run('mmd', [...drive, '::/current']);
  run('mmove', [...drive, ...names.map((entry) => `::/${entry}`), '::/current']);
  const config = join(directory, 'config.txt');
  run('mcopy', [...drive, '-n', '::/config.txt', config]);
  const prefixes = '[all]\nos_prefix=current/\n\n[tryboot]\nos_prefix=new/\n\n[all]\n';
  await writeFile(config, `${prefixes}${await readFile(config, 'utf8')}`);
  run('mcopy', [...drive, '-o', config, '::/config.txt']);
}
