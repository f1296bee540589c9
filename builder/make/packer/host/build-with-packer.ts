import { createHash } from 'node:crypto';
import type { ClusterNode } from '../../../cluster/model/cluster.ts';
import { artifactName, type WrittenFormat } from '../../../image/image-format.ts';
import type { PackerBuilder } from '../packer-variables.ts';
import type { PackerVersion } from '../packer-version.ts';
import { commonEntries } from '../../../node/render/common-entries.ts';
import { hashEntries } from '../../../node/render/hash-entries.ts';
import type { RenderedEntry, RenderedNode } from '../../../node/render/rendered-node.ts';
import type { BuiltItem, ItemDescription } from '../../host/build-artifacts.ts';
import { describeForVagrant } from '../../host/make-cluster.ts';
import type { BuildRequest } from '../../host/make-request.ts';
import { buildItems } from '../../host/write-items.ts';
import { describeNode, digestsOf } from '../../host/build-node.ts';
import { checkNodeBases, requireOneBase } from '../../../base/host/obtain/obtain-bases.ts';
import type { OutputDirectory } from '../../host/output/output-directory.ts';
import { prepareCluster, type PreparedCluster } from '../../host/prepare-cluster.ts';
import { withOutputDirectory } from '../../host/with-output-directory.ts';
import { requireTools } from '../../../system/host/doctor/require-tools.ts';
import { makePrivateTemporary } from '../../../system/host/private-temporary.ts';
import type { ToolName } from '../../../system/host/tools.ts';
import { checkVagrantfile } from '../../vagrant/host/write-vagrant-files.ts';
import { readPackerHost } from './packer-host.ts';
import { takePackerResults } from './take-results.ts';
import { buildByPacker, examinePacker, validateWithPacker } from './run-packer.ts';
import { writePackerTemplate } from './write-template.ts';

/** A cluster whose images Packer makes: one for all nodes and a seed for each, or one for each of the selected nodes. */
export interface PackerRequest extends Omit<
  BuildRequest,
  'formats' | 'backing' | 'imageChecksum' | 'jobs' | 'mirror'
> {
  readonly builder: PackerBuilder;
}

const toolsOfAll = [
  ...(['packer', 'qemu-img', 'xorriso', 'debugfs', 'e2fsck', 'cp', 'openssl', 'ssh-keygen'] as const),
];
const toolsOfBuilders: Readonly<Record<PackerBuilder, readonly ToolName[]>> = {
  bios: ['qemu-system-x86_64'],
  uefi: ['qemu-system-x86_64', 'uefi-x86-whole'],
  // VirtualBox is looked for by Packer: no distribution has it under one name.
  virtualbox: [],
};

/**
 * Makes the boxes of a cluster by Packer: in a machine that boots the base, takes the overlay and cleans up. Files get
 * their names when they are complete.
 *
 * @throws HostError what `buildCluster` throws, `packer-unknown`, `packer-failed`
 */
export async function buildWithPacker(request: PackerRequest): Promise<BuiltItem[]> {
  const { cluster, builder } = request;
  const nodes = cluster.nodes.filter(({ name }) => request.selected.includes(name));
  if (request.isSeeded) requireOneBase(nodes, 'name the nodes with --node: each gets an image of its own');
  await requireTools([...toolsOfAll, ...toolsOfBuilders[builder]]);
  const version = await examinePacker();
  const asked: BuildRequest = {
    ...request,
    formats: formatsOf(builder),
    backing: false,
    imageChecksum: false,
    jobs: 1,
  };
  await checkNodeBases(nodes, cluster.packages, request.cacheDirectory);
  return await withOutputDirectory(request, async (output) => {
    await requireReplaceable(request, nodes, output);
    const prepared = await prepareCluster(asked);
    const work: Work = { request, asked, prepared, output, version };
    const built = request.isSeeded ? await buildSeeded(work) : await buildEach(work);
    const { cluster: delivered, identities, assets } = prepared;
    await describeForVagrant(request, delivered, identities, assets, built);
    return built;
  });
}

interface Work {
  readonly request: PackerRequest;
  readonly asked: BuildRequest;
  readonly prepared: PreparedCluster;
  readonly output: OutputDirectory;
  readonly version: PackerVersion;
}

function formatsOf(builder: PackerBuilder): readonly WrittenFormat[] {
  return builder === 'virtualbox' ? ['virtualbox-box'] : ['qcow2', 'box'];
}

async function requireReplaceable(
  { cluster, isSeeded, builder }: PackerRequest,
  nodes: readonly ClusterNode[],
  output: OutputDirectory,
): Promise<void> {
  await output.requireReplaceable(isSeeded ? [{ name: cluster.name }] : nodes, formatsOf(builder));
  if (isSeeded) await output.requireReplaceable(nodes, ['seed-iso']);
  await checkVagrantfile(output.path);
}

/** The image for all nodes first: seeds are worth nothing without it. */
async function buildSeeded(work: Work): Promise<BuiltItem[]> {
  const { prepared, output, asked } = work;
  const { cluster, rendered, nodes } = prepared;
  const [first] = nodes;
  if (first === undefined) throw new Error('there is nothing to build');
  const common = commonEntries(rendered.values());
  const { entries, overlays } = rendered.get(first) as RenderedNode;
  const shared = entries.filter((entry) => common.has(entry));
  const used = overlays.filter(({ name }) => shared.some(({ origin }) => origin === `overlay ${name}`));
  const image = await buildImage(work, first, { name: cluster.name, overlays: digestsOf(used) }, shared);
  const seeds = await buildItems({ ...prepared, request: { ...asked, formats: ['seed-iso'] }, output });
  return [image, ...seeds];
}

async function buildEach(work: Work): Promise<BuiltItem[]> {
  const { prepared, output } = work;
  const { cluster, nodes } = prepared;
  const order = cluster.nodes.map(({ name }) => name);
  const built: BuiltItem[] = [];
  for (const node of nodes) {
    const rendered = prepared.rendered.get(node) as RenderedNode;
    built.push(await buildImage(work, node, describeNode(rendered), rendered.entries));
    await output.writeManifest(order, { isLast: true });
  }
  return built;
}

async function buildImage(
  { request, prepared, output, version }: Work,
  node: ClusterNode,
  about: ItemDescription,
  rendered: readonly RenderedEntry[],
): Promise<BuiltItem> {
  const { builder, progress, signal } = request;
  const base = prepared.bases.get(node);
  if (base === undefined) throw new Error(`${node.name} has no base`);
  const temporary = await makePrivateTemporary(output.path);
  try {
    const host = await readPackerHost();
    const template = await writePackerTemplate(temporary.path, {
      name: about.name,
      profile: node.profile,
      base,
      entries: rendered.map(({ entry }) => entry),
      builder,
      host,
      assets: prepared.assets,
      signal,
    });
    const { consoleLog } = template;
    const run = { folder: temporary.path, builder, version, title: about.name, consoleLog, progress, signal };
    await validateWithPacker(run);
    await buildByPacker(run);
    const taken = await takePackerResults(template.outputDirectory, about.name, builder);
    const files = taken.map(({ format, sizeBytes, sha256 }) => ({
      name: artifactName(about.name, format),
      format,
      sizeBytes,
      sha256,
    }));
    const record = {
      ...about,
      base: base.record.key,
      imageSizeBytes: template.diskBytes,
      imageSha256: null,
      files,
      patchBytes: 0,
      inputsSha256: createHash('sha256')
        .update(`packer ${base.record.sha256} ${hashEntries(rendered)}`)
        .digest('hex'),
    };
    await output.add(
      { header: prepared.header, base: base.record, node: record },
      taken.map(({ format, path }) => ({ name: artifactName(about.name, format), temporaryPath: path })),
    );
    return { record, isUpToDate: false };
  } finally {
    await temporary.remove();
  }
}
