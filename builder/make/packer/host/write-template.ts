import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from '../../../image/entry.ts';
import { packerSeed } from '../packer-seed.ts';
import { packerDiskBytes, packerVariables } from '../packer-variables.ts';
import { packageRoot } from '../../../system/host/package-root.ts';
import { runTool } from '../../../system/host/run-tool.ts';
import { packEntries } from '../../../artifact/host/seed/pack-entries.ts';
import { makeSeedVolume } from '../../../artifact/host/seed/write-seed.ts';
import { writeOvf } from './write-ovf.ts';
import type { PackerImage } from './packer-image.ts';

/** A folder that Packer can build from. */
export interface PackerTemplate {
  /** Folder for the results. */
  readonly outputDirectory: string;
  readonly consoleLog: string;
  readonly diskBytes: number;
}

/** Files that are the same for every image, as they lie in `packer/`. */
const shipped = ['dlimage.pkr.hcl', 'provision.sh', 'plugins/plugins.pkr.hcl', 'vagrant/box.Vagrantfile'];

/**
 * Writes the template as it is shipped, its variables, and the files that they name: the overlay as a tar, the seed, and
 * a key that is good for this build only. The folder is private and empty: a node's overlay holds its keys.
 */
export async function writePackerTemplate(folder: string, image: PackerImage): Promise<PackerTemplate> {
  for (const directory of ['plugins', 'vagrant', 'seed', 'results']) await mkdir(join(folder, directory));
  for (const name of shipped) await copyFile(join(packageRoot, 'packer', name), join(folder, name));
  const overlay = join(folder, 'overlay.tar');
  await packEntries(overlay, onRoot(image));
  const privateKey = join(folder, 'build_key');
  const seed = await writeSeedFiles(join(folder, 'seed'), privateKey);
  const { base, builder, signal } = image;
  const diskBytes = packerDiskBytes(base.record.sizeBytes, (await stat(overlay)).size);
  const isVirtualbox = builder === 'virtualbox';
  const seedIso = join(folder, 'seed.iso');
  if (isVirtualbox) await makeSeedVolume(seedIso, join(folder, 'seed'), signal);
  const files = {
    image: base.image.path,
    imageSha256: base.record.sha256,
    ovf: isVirtualbox ? await writeOvf(folder, image, diskBytes) : '',
    overlay,
    seed,
    seedIso: isVirtualbox ? seedIso : '',
    privateKey,
    outputDirectory: join(folder, 'results'),
    consoleLog: join(folder, 'console.log'),
  };
  const variables = packerVariables(image.name, image.profile, diskBytes, image.host, files);
  await writeFile(join(folder, 'dlimage.auto.pkrvars.json'), `${JSON.stringify(variables, null, 2)}\n`);
  return { outputDirectory: files.outputDirectory, consoleLog: files.consoleLog, diskBytes };
}

/** A PC has nothing of a node's on its boot partition. */
function onRoot({ name, entries }: PackerImage): readonly Entry[] {
  const other = entries.find(({ partition }) => partition !== 'root');
  if (other === undefined) return entries;
  throw new Error(
    `${name}: ${other.path} is for the ${other.partition} partition, which Packer cannot write`,
  );
}

async function writeSeedFiles(directory: string, privateKey: string): Promise<string[]> {
  await runTool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'dlimage packer', '-f', privateKey], {
    step: 'make a key for Packer',
  });
  const publicKey = (await readFile(`${privateKey}.pub`, 'utf8')).trim();
  const { userData, metaData } = packerSeed(publicKey);
  const paths = [join(directory, 'user-data'), join(directory, 'meta-data')];
  await writeFile(join(directory, 'user-data'), userData);
  await writeFile(join(directory, 'meta-data'), metaData);
  return paths;
}
