import { join, resolve } from 'node:path';
import type { BuiltItem } from '../../make/host/build-artifacts.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { makeCluster } from '../../make/host/make-cluster.ts';
import type { MakeRequest } from '../../make/host/make-request.ts';
import { formatsOfBuilder, packedImages } from '../../make/packer/host/packed-images.ts';
import { packerBuilders, type PackerBuilder } from '../../make/packer/packer-variables.ts';
import { countFindings } from '../../report/count-findings.ts';
import { UsageError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { parseBoxOptions } from '../../make/vagrant/box-options.ts';
import { printLine, printResult, progressFor } from '../terminal/console.ts';
import { formatTable } from '../../report/format-table.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { loadAndReport, type DefinitionOptions } from './support/definition-options.ts';
import { requireDeliverable } from './support/outputs.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';
import { nextSteps } from '../terminal/next-steps.ts';
import { requireFittingBase } from '../../base/host/facts/fitting-base.ts';

interface PackerOptions extends DefinitionOptions {
  readonly out?: string;
  readonly cache?: string;
  readonly builder?: string;
  readonly offline?: boolean;
  readonly vagrantUser?: boolean;
  readonly boxVersion?: string;
  readonly boxUrl?: string;
}

/** `dlimage packer`: one image for all nodes with a seed for each; with `--node` a whole image for that node. */
export async function runPackerCommand(file: string | undefined, options: PackerOptions): Promise<void> {
  const builder = parseBuilder(options.builder);
  const boxes = parseBoxOptions(options);
  const loaded = await loadAndReport(file, options, { isOwnNetwork: true, isBuilding: true });
  const { cluster, projectDirectory, selected, stateDirectory } = loaded;
  const found = [...loaded.diagnostics];
  const delivery = { isVagrant: true, isSeeded: options.node === undefined };
  requireDeliverable(cluster, delivery);
  const outputDirectory = resolve(options.out ?? join(projectDirectory, 'out', cluster.name, 'packer'));
  const request: MakeRequest = {
    cluster,
    selected,
    formats: formatsOfBuilder(builder),
    delivery,
    sharingRemedy: 'name the nodes with --node: each gets an image of its own',
    hasVagrantUser: options.vagrantUser === true,
    boxes,
    backing: false,
    jobs: 1,
    isOffline: options.offline,
    outputDirectory,
    stateDirectory,
    record: loaded.record,
    fittingBase: requireFittingBase(loaded.baseJudge, loaded.sources),
    identityFiles: loaded.identityFiles,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options, found),
    signal: abortOnInterruption(),
  };
  const built = await makeCluster(request, packedImages(builder));
  if (options.json === true) {
    const nodes = built.map(({ record }) => record);
    printResult({ outputDirectory, nodes, ...countFindings(found, loaded.sources) });
  } else if (options.quiet !== true) {
    const formats = builder === 'virtualbox' ? (['virtualbox-box'] as const) : (['box'] as const);
    const steps = nextSteps({ loaded, formats, delivery, outputDirectory, state: options.state });
    printLine(['', summarize(built, outputDirectory), '', ...steps].join('\n'));
  }
}

function parseBuilder(name = 'bios'): PackerBuilder {
  const names = Object.keys(packerBuilders) as PackerBuilder[];
  const known = names.find((builder) => builder === name);
  if (known !== undefined) return known;
  throw new UsageError(`there is no builder ${name}`, `choose from ${names.join(', ')}`);
}

function summarize(built: readonly BuiltItem[], outputDirectory: string): string {
  const rows = built.flatMap(({ record }) =>
    record.files.map((file) => [
      'role' in record ? record.name : 'all nodes',
      shownPath(join(outputDirectory, file.name)),
      formatBytes(file.sizeBytes),
    ]),
  );
  return formatTable(['node', 'file', 'size'], rows);
}
