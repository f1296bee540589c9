import type { Cluster, ClusterNode } from '../../cluster/model/cluster.ts';
import { isBox, type WrittenFormat } from '../../image/image-format.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import { commonEntries } from '../../node/render/common-entries.ts';
import { hashEntries } from '../../node/render/hash-entries.ts';
import type { RenderedEntry, RenderedNode } from '../../node/render/rendered-node.ts';
import { HostError } from '../../report/errors.ts';
import { renderBoxFiles, type BoxFiles } from '../../artifact/box-files.ts';
import { diskFull, isDiskFull } from '../../system/host/disk-full.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import { openFormatWriter, type FormatWriter } from '../../artifact/host/format-writer.ts';
import { mapConcurrently } from '../../system/host/map-concurrently.ts';
import type { BuiltItem } from './build-artifacts.ts';
import type { BuildRequest } from './make-request.ts';
import { expectedItems, followBuild, type BuildProgress } from './build-progress.ts';
import { buildImage, describeNode, digestsOf } from './build-node.ts';
import { buildSeed } from './build-seeds.ts';
import type { NodeBase } from '../../base/host/obtain/obtain-bases.ts';
import { openNodePatches, type NodePatches } from './node-patches.ts';
import type { OutputDirectory } from './output/output-directory.ts';
import type { ManifestHeader } from './output/output-records.ts';

/** A cluster that is ready to be written. */
export interface ItemsJob {
  readonly request: BuildRequest;
  /** In the form in which its nodes come into being. */
  readonly cluster: Cluster;
  /** Those to be built. */
  readonly nodes: readonly ClusterNode[];
  readonly bases: ReadonlyMap<ClusterNode, NodeBase>;
  /** Every node of the cluster. */
  readonly rendered: ReadonlyMap<ClusterNode, RenderedNode>;
  readonly assets: Assets;
  readonly header: ManifestHeader;
  readonly output: OutputDirectory;
}

/** Writes images of nodes, or one image for all of them and a seed for each. */
export async function buildItems(job: ItemsJob): Promise<BuiltItem[]> {
  const { request, cluster, nodes, output } = job;
  const { progress } = request;
  const order = cluster.nodes.map(({ name }) => name);
  const common = commonEntries(job.rendered.values());
  const patches = openNodePatches(output.path, common);
  const writer = await openFormatWriter({
    cacheDirectory: request.cacheDirectory,
    workDirectory: output.path,
    progress,
    backing: request.backing,
    imageChecksum: request.imageChecksum,
    jobs: request.jobs,
  });
  const expected = expectedItems(
    { name: cluster.name, isSeeded: cluster.delivery.isSeeded },
    nodes,
    job.bases,
  );
  const task = followBuild(progress, titleOf(job), expected);
  const close = async () => {
    // What lies in the way on a full disk goes first.
    await writer.close();
    await patches.close();
  };
  const work: Work = { ...job, common, patches, writer, task, order };
  try {
    const built = cluster.delivery.isSeeded ? await buildSeeded(work) : await buildEach(work);
    await close();
    await output.writeManifest(order, { isLast: true });
    task.done();
    return built;
  } catch (error) {
    task.fail();
    await close();
    // The nodes that were finished are in the journal, too: failing to list them is not the news.
    await output.writeManifest(order, { isLast: true }).catch(() => undefined);
    const isClear = error instanceof HostError && error.id === 'disk-full';
    throw isDiskFull(error) && !isClear ? diskFull(output.path, 'build the nodes', error) : error;
  }
}

interface Work extends ItemsJob {
  readonly common: ReadonlySet<RenderedEntry>;
  readonly patches: NodePatches;
  readonly writer: FormatWriter;
  readonly task: BuildProgress;
  /** Names of all nodes. */
  readonly order: readonly string[];
}

function titleOf({ request, nodes }: ItemsJob): string {
  const what = nodes.length === 1 ? nodes[0]?.name : `${nodes.length} nodes`;
  return `Write ${what} (${request.formats.join(', ')})`;
}

async function eachNode(
  work: Work,
  build: (rendered: RenderedNode, base: NodeBase) => Promise<BuiltItem>,
): Promise<BuiltItem[]> {
  return mapConcurrently(
    work.nodes,
    async (node) => {
      work.request.signal.throwIfAborted();
      work.task.line(node.name);
      const built = await build(work.rendered.get(node) as RenderedNode, work.bases.get(node) as NodeBase);
      await work.output.writeManifest(work.order, { isLast: false });
      work.task.finish(node.name);
      return built;
    },
    work.request.jobs,
  );
}

function buildEach(work: Work): Promise<BuiltItem[]> {
  return eachNode(work, (rendered, base) =>
    buildImage({
      ...imageWork(work),
      about: describeNode(rendered),
      base,
      entries: rendered.entries,
      sha256: rendered.sha256,
      boxFiles: boxFilesOf(work, rendered.node.name, base),
      onBytes: (bytes) => work.task.update(rendered.node.name, bytes),
    }),
  );
}

/** The image for all nodes first: seeds are worth nothing without it. */
async function buildSeeded(work: Work): Promise<BuiltItem[]> {
  const { common, header, output, request } = work;
  const shared = await buildSharedImage(work);
  work.task.finish(work.cluster.name);
  const temporary = await makePrivateTemporary(output.path);
  try {
    const seeds = await eachNode(work, (rendered, base) =>
      buildSeed({
        rendered,
        base,
        common,
        header,
        output,
        temporaryDirectory: temporary.path,
        signal: request.signal,
      }),
    );
    return [...(shared === null ? [] : [shared]), ...seeds];
  } finally {
    await temporary.remove();
  }
}

async function buildSharedImage(work: Work): Promise<BuiltItem | null> {
  const { cluster, common } = work;
  const image = imageWork(work);
  if (image.formats.length === 0) return null;
  const [base, other] = new Set(work.bases.values());
  const [first] = work.nodes;
  if (base === undefined || first === undefined) throw new Error('there is nothing to build');
  if (other !== undefined) throw new Error('the nodes have different bases, which requireOneBase refuses');
  work.task.line(cluster.name);
  const { entries, overlays } = work.rendered.get(first) as RenderedNode;
  const shared = entries.filter((entry) => common.has(entry));
  const used = overlays.filter(({ name }) => shared.some(({ origin }) => origin === `overlay ${name}`));
  return buildImage({
    ...image,
    about: { name: cluster.name, overlays: digestsOf(used) },
    base,
    entries: shared,
    sha256: hashEntries(shared),
    boxFiles: boxFilesOf(work, cluster.name, base),
    onBytes: (bytes) => work.task.update(cluster.name, bytes),
  });
}

function imageWork({ request, header, output, patches, writer }: Work) {
  const formats = request.formats.filter((format): format is WrittenFormat => format !== 'seed-iso');
  return { formats, backing: request.backing, header, output, patches, writer, signal: request.signal };
}

function boxFilesOf({ request, nodes, assets }: Work, name: string, base: NodeBase): BoxFiles | null {
  const [first] = nodes;
  if (first === undefined || !request.formats.some(isBox)) return null;
  return renderBoxFiles(assets, { name, profile: first.profile, diskBytes: base.record.sizeBytes });
}
