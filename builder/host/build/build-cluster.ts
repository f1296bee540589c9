import { join } from 'node:path';
import type { Cluster, ClusterNode } from '../../definition/cluster.ts';
import type { ImageFormat } from '../../formats/image-format.ts';
import { createRendering, type Rendering } from '../../render/create-rendering.ts';
import { commonEntries } from '../../render/common-entries.ts';
import type { RenderedNode } from '../../render/rendered-node.ts';
import { ConfigurationError, HostError } from '../../report/errors.ts';
import { ensureIdentities, otherNodes } from '../identity/identity-store.ts';
import { writeSshAccess } from '../identity/ssh-access-files.ts';
import { requireTools } from '../doctor/require-tools.ts';
import { acquireLock } from '../base/process-lock.ts';
import { diskFull, isDiskFull } from '../disk-full.ts';
import { openFormatWriter } from '../formats/format-writer.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { packageVersion } from '../package-version.ts';
import type { Progress } from '../progress.ts';
import { readAssets } from '../read-assets.ts';
import type { ToolName } from '../tools.ts';
import { checkBases } from './check-bases.ts';
import { buildNode, type BuiltNode } from './build-node.ts';
import { ensureNodeBases, checkNodeBases, type NodeBase } from './node-base.ts';
import { growNodeBases } from './grow-node-bases.ts';
import { openNodePatches } from './node-patches.ts';
import { OutputDirectory, type ManifestHeader } from './output-directory.ts';

/** What is to be built, and where everything lies. Directories are absolute. */
export interface BuildRequest {
  readonly cluster: Cluster;
  /** Names of the nodes to build. */
  readonly selected: readonly string[];
  /** What to write for each node. */
  readonly formats: readonly ImageFormat[];
  /** True makes each `.qcow2` a thin overlay of the base in the cache. */
  readonly isThin: boolean;
  /** False leaves out the digests of uncompressed images, except of those that are written uncompressed. */
  readonly hasImageDigest: boolean;
  /** Nodes that are worked on at once, and compressors that run at once; each takes about 50 MB. */
  readonly jobs: number;
  readonly outputDirectory: string;
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
  readonly mirror?: string;
  readonly isOffline?: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Programs that every build needs; bases built from packages need more, which `ensureBase` asks for. */
const neededTools: readonly ToolName[] = ['debugfs', 'e2fsck', 'mcopy', 'cp', 'openssl', 'ssh-keygen'];

/** Programs that single formats need. */
const toolsOfFormats: Readonly<Partial<Record<ImageFormat, ToolName>>> = {
  'img.zst': 'zstd',
  'img.xz': 'xz',
};

/**
 * Builds the files of a cluster: bases and identities first, then the nodes, a few at a time. Files whose inputs have
 * not changed are kept, so an interrupted build goes on where it stopped.
 *
 * @throws HostError, ConfigurationError about an overlay, or the reason of the signal
 */
export async function buildCluster(request: BuildRequest): Promise<BuiltNode[]> {
  const { cluster, formats, progress, signal } = request;
  await requireTools([...neededTools, ...formats.flatMap((format) => toolsOfFormats[format] ?? [])]);
  const nodes = cluster.nodes.filter((node) => request.selected.includes(node.name));
  await checkNodeBases(nodes, cluster.packages, request.cacheDirectory);
  const output = await OutputDirectory.open(request.outputDirectory);
  const lock = await acquireLock(join(output.path, '.lock'), {
    signal,
    onWait: (pid) => progress.note(`waiting for process ${pid}, which is writing to ${output.path}`),
  });
  try {
    await output.reload();
    await output.requireReplaceable(
      nodes.map(({ name }) => name),
      formats,
    );
    const names = cluster.nodes.map(({ name }) => name);
    const identities = await ensureIdentities(request.stateDirectory, cluster, progress);
    await writeSshAccess(request.stateDirectory, cluster, identities);
    const others = await otherNodes(request.stateDirectory, names);
    if (others.length > 0) {
      progress.note(
        `warning: ${request.stateDirectory} also knows ${others.join(', ')}: are count, names and flags those of the last build?`,
      );
    }
    const assets = await readAssets(cluster);
    const { value: rendering, diagnostics } = createRendering(cluster, identities, assets);
    if (rendering === undefined) throw new ConfigurationError(diagnostics);
    const found = await ensureNodeBases(nodes, { cluster, rendering, assets }, request);
    await checkBases(cluster, found, rendering, progress);
    const bases = await growNodeBases(found, (node) => rendering.renderNode(node), request);
    const header = {
      dlimage: packageVersion,
      cluster: {
        name: cluster.name,
        id: identities.clusterId,
        subnet: cluster.network.subnet,
        vip: cluster.vip,
      },
    };
    return await buildNodes({ request, nodes, names, bases, rendering, header, output });
  } finally {
    await lock.release();
  }
}

interface ClusterJob {
  readonly request: BuildRequest;
  readonly nodes: readonly ClusterNode[];
  /** Of all nodes, in the order of the definition. */
  readonly names: readonly string[];
  readonly bases: ReadonlyMap<ClusterNode, NodeBase>;
  readonly rendering: Rendering;
  readonly header: ManifestHeader;
  readonly output: OutputDirectory;
}

/** One at a time: a thousand nodes need not be in memory at once. */
function* renderAll(cluster: Cluster, rendering: Rendering): Generator<RenderedNode> {
  for (const node of cluster.nodes) yield rendering.renderNode(node);
}

async function buildNodes(job: ClusterJob): Promise<BuiltNode[]> {
  const { request, nodes, names, output, header } = job;
  const { formats, isThin, progress, signal } = request;
  const patches = openNodePatches(output.path, commonEntries(renderAll(request.cluster, job.rendering)));
  const writer = await openFormatWriter({
    cacheDirectory: request.cacheDirectory,
    workDirectory: output.path,
    progress,
    backing: isThin,
    imageDigest: request.hasImageDigest,
    threads: request.jobs,
  });
  const title = `Write ${nodes.length === 1 ? nodes[0]?.name : `${nodes.length} nodes`} (${formats.join(', ')})`;
  const task = progress.task(title, { total: nodes.length, unit: 'nodes' });
  let done = 0;
  const close = async () => {
    // What lies in the way on a full disk goes first.
    await writer.close();
    await patches.close();
  };
  try {
    const build = async (node: ClusterNode): Promise<BuiltNode> => {
      signal.throwIfAborted();
      task.line(node.name);
      const rendered = job.rendering.renderNode(node);
      const base = job.bases.get(node) as NodeBase;
      const built = await buildNode({
        rendered,
        base,
        formats,
        isThin,
        header,
        output,
        patches,
        writer,
        signal,
      });
      await output.writeManifest(names, { isLast: false });
      task.update((done += 1));
      return built;
    };
    const built = await mapConcurrently(nodes, build, request.jobs);
    await close();
    await output.writeManifest(names, { isLast: true });
    task.done();
    return built;
  } catch (error) {
    task.fail();
    await close();
    // The nodes that were finished are in the journal, too: failing to list them is not the news.
    await output.writeManifest(names, { isLast: true }).catch(() => undefined);
    const isClear = error instanceof HostError && error.id === 'disk-full';
    throw isDiskFull(error) && !isClear ? diskFull(output.path, 'build the nodes', error) : error;
  }
}
