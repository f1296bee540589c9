import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Cluster } from '../../../cluster/model/cluster.ts';
import { isBox, type BuildFormat } from '../../../image/image-format.ts';
import { assetText, type Assets } from '../../../node/overlay/assets.ts';
import { HostError } from '../../../report/errors.ts';
import { renderCatalogue, type BoxCatalogue } from '../box-catalogue.ts';
import { boxName, catalogueFile, describeMachines } from '../machines.ts';
import type { ManifestItem } from '../../host/output/output-records.ts';
import { readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';

/** Options for publishing boxes. */
export interface BoxPublishing {
  /** Version in the catalogue; null counts by itself. */
  readonly version: string | null;
  /** Folder on a web server that the boxes will be in; null for where they are now. */
  readonly url: string | null;
}

/** Contents of the files that Vagrant needs beside the boxes. */
export interface VagrantFiles {
  /** Absolute path of the output directory. */
  readonly directory: string;
  readonly cluster: Cluster;
  /** True for one box for all nodes. */
  readonly isSeeded: boolean;
  readonly clusterId: string;
  readonly assets: Assets;
  readonly publishing: BoxPublishing;
  /** User that `vagrant ssh` logs in as; absolute path of the private key, or null for the insecure one. */
  readonly ssh: { readonly user: string; readonly key: string | null };
  /** The items that were built. */
  readonly items: readonly ManifestItem[];
}

/** The first words of a Vagrantfile of ours, which is written again. */
const mark = '# Made by dlimage build.';

/**
 * Makes sure that a Vagrantfile that is there may be written over.
 *
 * @throws HostError `output-exists`
 */
export async function checkVagrantfile(directory: string): Promise<void> {
  const path = join(directory, 'Vagrantfile');
  const present = await readTextIfExists(path);
  if (present === undefined || present.includes(mark)) return;
  throw new HostError('output-exists', `${path} exists and was not made by dlimage: it is not overwritten`, {
    hint: 'move it away; what you add to a cluster of dlimage belongs into Vagrantfile.local beside it',
  });
}

/** Writes the Vagrantfile with what it reads, and the catalogue of each box. */
export async function writeVagrantFiles(files: VagrantFiles): Promise<void> {
  const { directory, cluster, isSeeded, clusterId, ssh } = files;
  const key = ssh.key === null ? null : relative(directory, resolve(ssh.key));
  const machines = describeMachines(cluster, isSeeded, clusterId, { user: ssh.user, key });
  for (const item of files.items) await writeCatalogue(item, files);
  const mode = 0o644;
  await writeFileAtomically(join(directory, 'machines.json'), `${JSON.stringify(machines, null, 2)}\n`, mode);
  await writeFileAtomically(
    join(directory, 'Vagrantfile'),
    assetText(files.assets, 'packer/vagrant/Vagrantfile'),
    mode,
  );
}

async function writeCatalogue(item: ManifestItem, files: VagrantFiles): Promise<void> {
  const { directory, publishing, cluster } = files;
  const boxes = item.files.flatMap(({ name, format, sha256 }) =>
    isBox(format) ? [{ provider: providers[format], url: urlOf(name), sha256 }] : [],
  );
  if (boxes.length === 0) return;
  const path = join(directory, catalogueFile(item.name));
  const description = `A node of the cluster ${cluster.name}, made by dlimage`;
  const previous = parseCatalogue(await readTextIfExists(path));
  const text = renderCatalogue(boxName(item.name), description, boxes, { ...publishing, previous });
  await writeFileAtomically(path, text, 0o644);

  function urlOf(name: string): string {
    return publishing.url === null
      ? pathToFileURL(join(directory, name)).href
      : `${publishing.url.replace(/\/+$/, '')}/${name}`;
  }
}

const providers = { box: 'libvirt', 'virtualbox-box': 'virtualbox' } as const satisfies Partial<
  Record<BuildFormat, string>
>;

/** A catalogue that cannot be read is written anew. */
function parseCatalogue(text: string | undefined): BoxCatalogue | null {
  try {
    return text === undefined ? null : (JSON.parse(text) as BoxCatalogue);
  } catch {
    return null;
  }
}
