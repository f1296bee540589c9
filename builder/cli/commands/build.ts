import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { requireFittingBase } from '../../base/host/facts/fitting-base.ts';
import type { BuiltItem } from '../../make/host/build-artifacts.ts';
import { makeCluster } from '../../make/host/make-cluster.ts';
import type { MakeRequest } from '../../make/host/make-request.ts';
import { patchedImages } from '../../make/host/patched-images.ts';
import { parseBoxOptions } from '../../make/vagrant/box-options.ts';
import { countFindings } from '../../report/count-findings.ts';
import { UsageError } from '../../report/errors.ts';
import { formatTable } from '../../report/format-table.ts';
import { formatBytes } from '../../report/format-units.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { printLine, printResult, progressFor } from '../terminal/console.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';
import { nextSteps } from '../terminal/next-steps.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';
import {
  outputDirectoryOf,
  parseOutputs,
  requireDeliverable,
  sharingRemedy,
  type OutputOptions,
} from './support/outputs.ts';

interface BuildOptions extends DefinitionOptions, OutputOptions {
  readonly cache?: string;
  readonly jobs?: string;
  readonly imageChecksum?: boolean;
  readonly offline?: boolean;
  readonly mirror?: string;
}

/** `dlimage build` */
export async function runBuild(file: string | undefined, options: BuildOptions): Promise<void> {
  const jobs = parseJobs(options.jobs);
  const typed = options.format === undefined ? undefined : parseOutputs(options, undefined);
  const loaded = await loadAndReport(file, options, {
    ...(typed === undefined ? {} : { isOwnNetwork: typed.delivery.isVagrant }),
    isBuilding: true,
  });
  const { formats, delivery, stored } = parseOutputs(options, loaded.lastOutputs);
  const { cluster, selected, stateDirectory, record } = loaded;
  const found = [...loaded.diagnostics];
  requireDeliverable(cluster, delivery);
  const outputDirectory = outputDirectoryOf(options, loaded, delivery);
  const request: MakeRequest = {
    cluster,
    selected,
    formats,
    delivery,
    sharingRemedy: sharingRemedy(delivery),
    hasVagrantUser: stored.hasVagrantUser,
    boxes: parseBoxOptions(options),
    backing: stored.isThin,
    jobs,
    isOffline: options.offline,
    mirror: options.mirror,
    outputDirectory,
    stateDirectory,
    revocations: options.revoke ?? [],
    record: {
      ...record,
      contentsAfter: (last) => ({ ...record.contentsAfter(last), outputs: stored }),
    },
    fittingBase: requireFittingBase(loaded.baseJudge, loaded.sources),
    identityFiles: loaded.identityFiles,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options, found),
    signal: abortOnInterruption(),
  };
  const built = await makeCluster(request, patchedImages(formats, options.imageChecksum !== false));
  if (options.json === true) {
    const nodes = built.map((item) => item.record);
    printResult({ outputDirectory, nodes, ...countFindings(found, loaded.sources) });
  } else if (options.quiet !== true) {
    const steps = nextSteps({ loaded, formats, delivery, outputDirectory, state: options.state });
    printLine(['', ...summarize(built, outputDirectory), '', ...steps].join('\n'));
  }
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
