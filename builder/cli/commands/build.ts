import { join, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { buildCluster } from '../../make/host/make-cluster.ts';
import type { BuiltItem } from '../../make/host/build-artifacts.ts';
import { buildFormats, isBox, type BuildFormat } from '../../image/image-format.ts';
import { parseBoxOptions } from '../../make/vagrant/box-options.ts';
import { seedObstacle, vagrantObstacle } from '../../make/vagrant/vagrant-cluster.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { printLine, printResult, progressFor } from '../terminal/console.ts';
import { formatTable } from '../../report/format-table.ts';
import { countFindings } from '../../report/count-findings.ts';
import { UsageError } from '../../report/errors.ts';
import type { BuildOutputs } from '../../cluster/identity/host/stored-definition.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';
import { formatBytes } from '../../report/format-units.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';
import { nextSteps } from '../terminal/next-steps.ts';
import { requireFittingBase } from '../../base/host/facts/fitting-base.ts';

interface BuildOptions extends DefinitionOptions {
  readonly out?: string;
  readonly cache?: string;
  readonly format?: readonly string[];
  readonly backing?: boolean;
  readonly jobs?: string;
  readonly imageChecksum?: boolean;
  readonly offline?: boolean;
  readonly mirror?: string;
  readonly perNode?: boolean;
  readonly vagrantUser?: boolean;
  readonly boxVersion?: string;
  readonly boxUrl?: string;
}

/** `dlimage build` */
export async function runBuild(file: string | undefined, options: BuildOptions): Promise<void> {
  const jobs = parseJobs(options.jobs);
  const typed = options.format === undefined ? undefined : kindOf(parseFormats(options), options);
  const loaded = await loadAndReport(file, options, {
    ...(typed === undefined ? {} : { isOwnNetwork: typed === 'vagrant' }),
    isBuilding: true,
  });
  const wanted = withLastOutputs(options, loaded.lastOutputs);
  const formats = parseFormats(wanted);
  const kind = kindOf(formats, wanted);
  const boxes = parseBoxOptions(wanted);
  const outputs = {
    formats,
    isThin: wanted.backing === true,
    isPerNode: wanted.perNode === true,
    hasVagrantUser: wanted.vagrantUser === true,
  };
  const { cluster, projectDirectory, selected, stateDirectory } = loaded;
  const found = [...loaded.diagnostics];
  const obstacle =
    (kind === 'vagrant' ? vagrantObstacle(cluster) : null) ?? (kind === null ? null : seedObstacle(cluster));
  if (obstacle !== null) throw new UsageError(obstacle);
  const outputDirectory =
    options.out === undefined
      ? join(projectDirectory, 'out', cluster.name, kind ?? '')
      : resolve(options.out);
  const built = await buildCluster({
    cluster,
    selected,
    formats,
    isSeeded: kind !== null && !outputs.isPerNode,
    boxes,
    backing: outputs.isThin,
    imageChecksum: options.imageChecksum !== false,
    jobs,
    isOffline: options.offline === true,
    ...(options.mirror === undefined ? {} : { mirror: options.mirror }),
    outputDirectory,
    stateDirectory,
    revocations: options.revoke ?? [],
    record: {
      ...loaded.record,
      contentsAfter: (last) => ({ ...loaded.record.contentsAfter(last), outputs }),
    },
    fittingBase: requireFittingBase(loaded.baseJudge, loaded.sources),
    identityFiles: loaded.identityFiles,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options, found),
    signal: abortOnInterruption(),
  });
  if (options.json === true) {
    const nodes = built.map(({ record }) => record);
    printResult({ outputDirectory, nodes, ...countFindings(found, loaded.sources) });
  } else if (options.quiet !== true) {
    const steps = nextSteps({ loaded, formats, kind, outputDirectory, state: options.state });
    printLine(['', ...summarize(built, outputDirectory), '', ...steps].join('\n'));
  }
}

/** The formats of the last build count until others are typed: a node of Vagrant that is built again stays one. */
function withLastOutputs(options: BuildOptions, last: BuildOutputs | undefined): BuildOptions {
  if (options.format !== undefined || last === undefined) return options;
  return {
    ...options,
    format: last.formats,
    backing: options.backing === true || last.isThin,
    perNode: options.perNode === true || last.isPerNode,
    vagrantUser: options.vagrantUser === true || last.hasVagrantUser,
  };
}

function parseFormats({ format = ['img'], backing }: BuildOptions): BuildFormat[] {
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

/** Other contents than those of boards, in a folder of their own below the output directory; null for boards. */
type BuildKind = 'vagrant' | 'seeded' | null;

/** Machines of Vagrant have another network; images that take a seed have no node of their own. */
function kindOf(formats: readonly BuildFormat[], options: BuildOptions): BuildKind {
  const { perNode, vagrantUser, boxVersion, boxUrl } = options;
  const others = formats.filter((format) => !isBox(format));
  if (others.length < formats.length) {
    if (others.length === 0) return 'vagrant';
    throw new UsageError(
      `boxes hold other images than ${others.join(', ')}: Vagrant's machines have two network cards`,
      'build them apart; seeds come with a box by themselves',
    );
  }
  if (vagrantUser === true || boxVersion !== undefined || boxUrl !== undefined) {
    throw new UsageError('--vagrant-user, --box-version and --box-url are for boxes', 'add --format box');
  }
  if (!formats.includes('seed-iso')) {
    if (perNode === true)
      throw new UsageError('--per-node is for boxes', 'all other images are one for each node anyway');
    return null;
  }
  if (perNode === true) throw new UsageError('an image for each node needs no seed', 'leave out --per-node');
  return 'seeded';
}

/** As many as keep within 300 MB; who has more memory and cores may ask for more. */
function parseJobs(jobs: string | undefined): number {
  if (jobs === undefined) return Math.min(availableParallelism(), 3);
  const number = Number(jobs);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new UsageError(`--jobs takes a number from 1 to 64, not ${jobs}`);
}

function summarize(built: readonly BuiltItem[], outputDirectory: string): string[] {
  return [
    formatTable(['node', 'role', 'address', 'file', 'size', 'made of'], rowsOf(built, outputDirectory)),
    ...totals(built),
  ];
}

/** More nodes than these are not listed one by one. */
const listedNodes = 20;

function rowsOf(built: readonly BuiltItem[], outputDirectory: string): string[][] {
  return built
    .slice(0, listedNodes)
    .flatMap(({ record, isUpToDate }) =>
      record.files.map((file, index) => [
        ...(index > 0
          ? ['', '', '']
          : 'role' in record
            ? [record.name, record.role, record.address ?? 'DHCP']
            : ['all nodes', '', '']),
        shownPath(join(outputDirectory, file.name)),
        formatBytes(file.sizeBytes),
        index > 0
          ? ''
          : isUpToDate
            ? 'unchanged'
            : file.format === 'seed-iso'
              ? ''
              : `base + ${formatBytes(record.patchBytes)}`,
      ]),
    );
}

function totals(built: readonly BuiltItem[]): string[] {
  if (built.length === 1) return [];
  const files = built.flatMap(({ record }) => record.files);
  const size = formatBytes(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const unchanged = built.filter(({ isUpToDate }) => isUpToDate).length;
  const more = built.length - listedNodes;
  const isSparse = files.every(({ format }) => format === 'img');
  const nodes = built.filter(({ record }) => 'role' in record).length;
  return [
    ...(more > 0 ? [`... and ${more} more nodes, listed in manifest.json`] : []),
    '',
    `${nodes} nodes, ${files.length} files, ${size}${isSparse ? ' on cards; sparse, so less on this disk' : ''}` +
      (unchanged > 0 ? `; ${unchanged} were up to date` : ''),
  ];
}
