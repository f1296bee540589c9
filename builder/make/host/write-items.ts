import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSeed } from '../../artifact/host/seed/write-seed.ts';
import type { Base } from '../../base/host/obtain/base.ts';
import { artifactName } from '../../image/image-format.ts';
import type { Overlay } from '../../node/overlay/overlay.ts';
import { commonEntries } from '../../node/render/common-entries.ts';
import { hashEntries } from '../../node/render/hash-entries.ts';
import type { RenderedEntry, RenderedNode } from '../../node/render/rendered-node.ts';
import { HostError } from '../../report/errors.ts';
import { diskFull, isDiskFull } from '../../system/host/disk-full.ts';
import { mapConcurrently } from '../../system/host/map-concurrently.ts';
import { packageVersion } from '../../system/host/package-version.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import type { PlannedImage, PlannedItem, PlannedSeed } from '../plan-build.ts';
import { buildArtifacts, type BuiltItem, type ItemDescription } from './build-artifacts.ts';
import { followBuild, type BuildProgress } from './build-progress.ts';
import type { ImageMaker, ImageMaking } from './image-maker.ts';
import type { MakeRequest } from './make-request.ts';
import type { OutputDirectory } from './output/output-directory.ts';
import type { ManifestHeader } from './output/output-records.ts';
import type { ReadyCluster } from './ready-cluster.ts';

/** A cluster whose files are to be written into a folder. */
export interface WritingJob extends ReadyCluster {
  readonly request: MakeRequest;
  readonly output: OutputDirectory;
  readonly making: ImageMaking;
}

/** Writes the files of a plan, a few items at a time: the image for all nodes first, since seeds are worth nothing without it. */
export async function writeItems(job: WritingJob): Promise<BuiltItem[]> {
  const { request, plan, rendered, assets, output, making } = job;
  const order = [...rendered.keys()];
  const common = commonEntries(rendered.values());
  const maker = await making.open({ request, assets, common });
  const temporary = await makePrivateTemporary(output.path);
  const task = followBuild(
    request.progress,
    titleOf(job),
    plan.items.map((item) => expected(item, job)),
  );
  const header = headerOf(job);
  const work: Work = { ...job, header, common, maker, task, temporaryDirectory: temporary.path };
  const write = async (item: PlannedItem): Promise<BuiltItem> => {
    request.signal.throwIfAborted();
    task.line(labelOf(item));
    const built = item.kind === 'seed' ? await writeSeedOf(item, work) : await writeImage(item, work);
    await output.writeManifest(order, { isLast: false });
    task.finish(labelOf(item));
    return built;
  };
  const close = async (): Promise<void> => {
    await temporary.remove();
    await maker.close();
  };
  try {
    const built: BuiltItem[] = [];
    for (const item of plan.items) if (item.kind === 'shared') built.push(await write(item));
    const others = plan.items.filter(({ kind }) => kind !== 'shared');
    built.push(...(await mapConcurrently(others, write, request.jobs)));
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

interface Work extends WritingJob {
  readonly header: ManifestHeader;
  readonly common: ReadonlySet<RenderedEntry>;
  readonly maker: ImageMaker;
  readonly task: BuildProgress;
  /** Private. */
  readonly temporaryDirectory: string;
}

function headerOf({ cluster: { name, network, vip }, identities }: ReadyCluster): ManifestHeader {
  return {
    dlimage: packageVersion,
    cluster: { name, id: identities.clusterId, subnet: network.subnet, vip },
  };
}

function titleOf({ request, plan }: WritingJob): string {
  const nodes = new Set(plan.items.map(({ node }) => node));
  const what = nodes.size === 1 ? plan.items[0]?.node.name : `${nodes.size} nodes`;
  return `Write ${what} (${request.formats.join(', ')})`;
}

function labelOf({ kind, name }: PlannedItem): string {
  return kind === 'seed' ? `seed of ${name}` : name;
}

function expected(item: PlannedItem, { bases }: WritingJob): { name: string; sizeBytes: number } {
  const sizeBytes = item.kind === 'seed' ? 0 : (bases.get(item.base)?.record.sizeBytes ?? 0);
  return { name: labelOf(item), sizeBytes };
}

function inputsOf({ base, node }: PlannedItem, work: Work): { base: Base; node: RenderedNode } {
  const [its, rendered] = [work.bases.get(base), work.rendered.get(node.name)];
  if (its === undefined || rendered === undefined) throw new Error(`${node.name} has no base, or no files`);
  return { base: its, node: rendered };
}

async function writeImage(item: PlannedImage, work: Work): Promise<BuiltItem> {
  const { maker, common, header, output, request, task } = work;
  const { base, node } = inputsOf(item, work);
  const content =
    item.kind === 'shared'
      ? describeShared(item.name, node, common)
      : { about: describeNode(node), entries: node.entries, sha256: node.sha256 };
  const { about, entries, sha256 } = content;
  const onBytes = (bytes: number): void => task.update(labelOf(item), bytes);
  const image = { item, base, entries, sha256, onBytes };
  return await buildArtifacts({
    about,
    base,
    formats: item.formats,
    backing: request.backing,
    header,
    output,
    inputsSha256: maker.hashInputs(image),
    write: (missing, imageSha256) => maker.write(image, missing, imageSha256),
  });
}

/** A node's own files, which the image for all nodes has not. */
async function writeSeedOf(item: PlannedSeed, work: Work): Promise<BuiltItem> {
  const { common, header, output, request, temporaryDirectory } = work;
  const { base, node } = inputsOf(item, work);
  const own = node.entries.filter((entry) => !common.has(entry));
  const [format] = item.formats;
  return await buildArtifacts({
    about: describeNode(node),
    base,
    formats: item.formats,
    backing: false,
    header,
    output,
    inputsSha256: createHash('sha256')
      .update(`seed ${hashEntries(own)}`)
      .digest('hex'),
    async write() {
      const directory = join(temporaryDirectory, item.name);
      await mkdir(directory, { mode: 0o700 });
      const temporaryPath = join(directory, artifactName(item.name, format));
      const { sizeBytes, sha256 } = await writeSeed(temporaryPath, own, request.signal);
      const artifact = { format, temporaryPath, sizeBytes, sha256: sha256 ?? '' } as const;
      const { sizeBytes: imageSizeBytes } = base.record;
      return { artifacts: [artifact], imageSizeBytes, imageSha256: null, patchBytes: 0 };
    },
  });
}

/** Manifest entry of a node. */
function describeNode({ node, overlays }: RenderedNode): ItemDescription {
  const { name, role, address, profileName } = node;
  return { name, role, address, profile: profileName, overlays: digestsOf(overlays) };
}

function describeShared(
  name: string,
  { entries, overlays }: RenderedNode,
  common: ReadonlySet<RenderedEntry>,
): { about: ItemDescription; entries: readonly RenderedEntry[]; sha256: string } {
  const shared = entries.filter((entry) => common.has(entry));
  const used = overlays.filter((overlay) =>
    shared.some(({ origin }) => origin === `overlay ${overlay.name}`),
  );
  return { about: { name, overlays: digestsOf(used) }, entries: shared, sha256: hashEntries(shared) };
}

function digestsOf(overlays: readonly Overlay[]): { name: string; sha256: string }[] {
  return overlays.map(({ name, sha256 }) => ({ name, sha256 }));
}
