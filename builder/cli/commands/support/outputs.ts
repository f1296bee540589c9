import { join, resolve } from 'node:path';
import type { LoadedCluster } from '../../../cluster/host/load-cluster.ts';
import type { BuildOutputs } from '../../../cluster/identity/host/stored-definition.ts';
import type { Cluster } from '../../../cluster/model/cluster.ts';
import { buildFormats, isBox, type BuildFormat } from '../../../image/image-format.ts';
import { seedObstacle, vagrantObstacle } from '../../../make/vagrant/vagrant-cluster.ts';
import type { Delivery } from '../../../node/delivery.ts';
import { UsageError } from '../../../report/errors.ts';

/** Options that say what is written, and where. */
export interface OutputOptions {
  readonly out?: string;
  readonly format?: readonly string[];
  readonly backing?: boolean;
  readonly perNode?: boolean;
  readonly vagrantUser?: boolean;
  readonly boxVersion?: string;
  readonly boxUrl?: string;
}

/** Formats of a build, and the way in which nodes come into being. */
export interface Outputs {
  readonly formats: readonly BuildFormat[];
  readonly delivery: Delivery;
  /** As the store keeps them for later builds. */
  readonly stored: BuildOutputs;
}

/**
 * What is to be written. The formats of the last build count until others are typed: a node of Vagrant that is built
 * again stays one.
 *
 * @throws UsageError about options that do not go together
 */
export function parseOutputs(typed: OutputOptions, last: BuildOutputs | undefined): Outputs {
  const options = withLastOutputs(typed, last);
  const formats = parseFormats(options);
  return {
    formats,
    delivery: deliveryOf(formats, options),
    stored: {
      formats,
      isThin: options.backing === true,
      isPerNode: options.perNode === true,
      hasVagrantUser: options.vagrantUser === true,
    },
  };
}

function withLastOutputs(options: OutputOptions, last: BuildOutputs | undefined): OutputOptions {
  if (options.format !== undefined || last === undefined) return options;
  return {
    ...options,
    format: last.formats,
    backing: options.backing === true || last.isThin,
    perNode: options.perNode === true || last.isPerNode,
    vagrantUser: options.vagrantUser === true || last.hasVagrantUser,
  };
}

function parseFormats({ format = ['img'], backing }: OutputOptions): BuildFormat[] {
  for (const name of format) {
    if (buildFormats.some((known) => known === name)) continue;
    throw new UsageError(`there is no format ${name}`, `choose from ${buildFormats.join(', ')}`);
  }
  const formats = buildFormats.filter((known) => format.includes(known));
  if (backing === true && !formats.includes('qcow2')) {
    throw new UsageError('--backing is for qcow2 files', 'add --format qcow2');
  }
  return formats;
}

/** Machines of Vagrant have another network; images that take a seed have no node of their own. */
function deliveryOf(formats: readonly BuildFormat[], options: OutputOptions): Delivery {
  const { perNode = false, vagrantUser, boxVersion, boxUrl } = options;
  const others = formats.filter((format) => !isBox(format));
  if (others.length < formats.length) {
    if (others.length === 0) return { isVagrant: true, isSeeded: !perNode };
    throw new UsageError(
      `boxes hold other images than ${others.join(', ')}: Vagrant's machines have two network cards`,
      'build them apart; seeds come with a box by themselves',
    );
  }
  if (vagrantUser === true || boxVersion !== undefined || boxUrl !== undefined) {
    throw new UsageError('--vagrant-user, --box-version and --box-url are for boxes', 'add --format box');
  }
  const isSeeded = formats.includes('seed-iso');
  if (perNode && !isSeeded)
    throw new UsageError('--per-node is for boxes', 'all other images are one for each node anyway');
  if (perNode) throw new UsageError('an image for each node needs no seed', 'leave out --per-node');
  return { isVagrant: false, isSeeded };
}

/** @throws UsageError when a cluster cannot come into being in such a way */
export function requireDeliverable(cluster: Cluster, { isVagrant, isSeeded }: Delivery): void {
  const obstacle =
    (isVagrant ? vagrantObstacle(cluster) : null) ?? (isVagrant || isSeeded ? seedObstacle(cluster) : null);
  if (obstacle !== null) throw new UsageError(obstacle);
}

/** Directory for results: images for other machines than boards have a folder of their own below that of the cluster. */
export function outputDirectoryOf(
  { out }: Pick<OutputOptions, 'out'>,
  { projectDirectory, cluster }: Pick<LoadedCluster, 'projectDirectory' | 'cluster'>,
  { isVagrant, isSeeded }: Delivery,
): string {
  if (out !== undefined) return resolve(out);
  return join(projectDirectory, 'out', cluster.name, isVagrant ? 'vagrant' : isSeeded ? 'seeded' : '');
}

/** Hint for users whose nodes cannot share one image. */
export function sharingRemedy({ isVagrant }: Delivery): string {
  return isVagrant ? 'build with --per-node' : 'build without --format seed-iso';
}
