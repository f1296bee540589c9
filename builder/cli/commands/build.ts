import { join, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { buildCluster } from '../../host/build/build-cluster.ts';
import type { BuiltNode } from '../../host/build/build-node.ts';
import { imageFormats, type ImageFormat } from '../../formats/image-format.ts';
import { cacheDirectory } from '../../host/cache-directory.ts';
import type { LoadedCluster } from '../../host/load-cluster.ts';
import { stateDirectory } from '../../host/state-directory.ts';
import { formatTable, printLine, progressFor } from '../console.ts';
import { UsageError } from '../../report/errors.ts';
import { loadAndReport, shownPath, type DefinitionOptions } from '../definition-options.ts';
import { formatBytes } from '../../report/format-units.ts';
import { abortOnInterruption } from '../interruption.ts';

interface BuildOptions extends DefinitionOptions {
  readonly out?: string;
  readonly cache?: string;
  readonly format?: readonly string[];
  readonly backing?: boolean;
  readonly jobs?: string;
  readonly imageChecksum?: boolean;
  readonly offline?: boolean;
}

/** `dlimage build` */
export async function runBuild(file: string | undefined, options: BuildOptions): Promise<void> {
  const formats = parseFormats(options);
  const jobs = parseJobs(options.jobs);
  const loaded = await loadAndReport(file, options);
  const { cluster, projectDirectory, selected } = loaded;
  const outputDirectory =
    options.out === undefined ? join(projectDirectory, 'out', cluster.name) : resolve(options.out);
  const state = stateDirectory(cluster.name, projectDirectory, options.state);
  const built = await buildCluster({
    cluster,
    selected,
    formats,
    isThin: options.backing === true,
    hasImageDigest: options.imageChecksum !== false,
    jobs,
    isOffline: options.offline === true,
    outputDirectory,
    stateDirectory: state,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
  });
  if (options.json === true) {
    printLine(JSON.stringify({ event: 'done', outputDirectory, nodes: built.map(({ record }) => record) }));
  } else if (options.quiet !== true) {
    printLine(summarize(loaded, built, outputDirectory, state));
  }
}

function parseFormats({ format = ['img'], backing }: BuildOptions): ImageFormat[] {
  for (const name of format) {
    if (imageFormats.some((known) => known === name)) continue;
    throw new UsageError(`there is no format ${name}`, `choose from ${imageFormats.join(', ')}`);
  }
  const formats = imageFormats.filter((known) => format.includes(known));
  if (backing === true && !formats.includes('qcow2')) {
    throw new UsageError('--backing is for qcow2 files', 'add --format qcow2');
  }
  return formats;
}

/** As many as keep within 300 MB; who has more memory and cores may ask for more. */
function parseJobs(jobs: string | undefined): number {
  if (jobs === undefined) return Math.min(availableParallelism(), 3);
  const number = Number(jobs);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new UsageError(`--jobs takes a number from 1 to 64, not ${jobs}`);
}

function summarize(
  { cluster }: LoadedCluster,
  built: readonly BuiltNode[],
  outputDirectory: string,
  state: string,
): string {
  const first = cluster.nodes.find(({ address }) => address !== null);
  return [
    '',
    formatTable(['node', 'role', 'address', 'file', 'size', ''], rowsOf(built, outputDirectory)),
    ...totals(built),
    '',
    'Next:',
    `  1. write each image to the card or disk of its node, for example with Raspberry Pi Imager`,
    `     (check them first if they travelled: cd ${shownPath(outputDirectory)} && sha256sum -c SHA256SUMS)`,
    `  2. switch the nodes on; dlimage status --wait tells when they are a cluster`,
    ...(first === undefined
      ? []
      : [`  3. log in: ssh -F ${shownPath(join(state, 'ssh_config'))} ${first.name}`]),
    `Keep ${shownPath(state)} private and backed up: it makes a node that is built again the same node.`,
  ].join('\n');
}

/** More nodes than these are not listed one by one. */
const listedNodes = 20;

function rowsOf(built: readonly BuiltNode[], outputDirectory: string): string[][] {
  return built
    .slice(0, listedNodes)
    .flatMap(({ record, isUpToDate }) =>
      record.files.map((file, index) => [
        ...(index === 0 ? [record.name, record.role, record.address ?? 'DHCP'] : ['', '', '']),
        shownPath(join(outputDirectory, file.name)),
        formatBytes(file.sizeBytes),
        index > 0 ? '' : isUpToDate ? 'unchanged' : `base + ${formatBytes(record.patchBytes)}`,
      ]),
    );
}

function totals(built: readonly BuiltNode[]): string[] {
  if (built.length === 1) return [];
  const files = built.flatMap(({ record }) => record.files);
  const size = formatBytes(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const unchanged = built.filter(({ isUpToDate }) => isUpToDate).length;
  const more = built.length - listedNodes;
  return [
    ...(more > 0 ? [`... and ${more} more nodes, listed in manifest.json`] : []),
    '',
    `${built.length} nodes, ${files.length} files, ${size}` +
      (unchanged > 0 ? `; ${unchanged} were up to date` : ''),
  ];
}
