import { join } from 'node:path';
import type { Cluster, ClusterNode } from '../../definition/cluster.ts';
import { isBox, type BuildFormat, type WrittenFormat } from '../../formats/image-format.ts';
import { loginUser } from '../../identity/ssh-access.ts';
import type { ClusterIdentities } from '../../identity/identities.ts';
import type { Assets } from '../../plan/assets.ts';
import { createRendering } from '../../render/create-rendering.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { vagrantCluster } from '../../vagrant/vagrant-cluster.ts';
import { ensureIdentities, otherNodes } from '../identity/identity-store.ts';
import { loginKeyFile } from '../identity/login-key-file.ts';
import { writeSshAccess } from '../identity/ssh-access-files.ts';
import { requireTools } from '../doctor/require-tools.ts';
import { acquireLock } from '../base/process-lock.ts';
import { packageVersion } from '../package-version.ts';
import type { Progress } from '../progress.ts';
import { readAssets } from '../read-assets.ts';
import type { ToolName } from '../tools.ts';
import { checkVagrantfile, writeVagrantFiles, type BoxPublishing } from '../vagrant/write-vagrant-files.ts';
import type { BuiltItem } from './build-artifacts.ts';
import { buildItems } from './build-items.ts';
import { checkBases } from './check-bases.ts';
import { growNodeBases } from './grow-node-bases.ts';
import { ensureNodeBases, checkNodeBases } from './node-base.ts';
import { OutputDirectory } from './output-directory.ts';

/** What is to be built, and where everything lies. Directories are absolute. */
export interface BuildRequest {
  readonly cluster: Cluster;
  /** Names of the nodes to build. */
  readonly selected: readonly string[];
  /** What to write for each node, or once for all of them. */
  readonly formats: readonly BuildFormat[];
  /** True for one image for all nodes, and a seed for each. */
  readonly isSeeded: boolean;
  readonly boxes: BoxPublishing & { readonly hasVagrantUser: boolean };
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
const toolsOfFormats: Readonly<Partial<Record<BuildFormat, ToolName>>> = {
  'img.zst': 'zstd',
  'img.xz': 'xz',
  vmdk: 'qemu-img',
  vdi: 'qemu-img',
  vhdx: 'qemu-img',
  'virtualbox-box': 'qemu-img',
};

/**
 * Builds the files of a cluster: bases and identities first, then the nodes, a few at a time. Files whose inputs have
 * not changed are kept, so an interrupted build goes on where it stopped.
 *
 * @throws HostError, ConfigurationError about an overlay, or the reason of the signal
 */
export async function buildCluster(request: BuildRequest): Promise<BuiltItem[]> {
  const { cluster, progress, signal } = request;
  await requireTools(toolsOf(request));
  const nodes = cluster.nodes.filter((node) => request.selected.includes(node.name));
  await checkNodeBases(nodes, cluster.packages, request.cacheDirectory);
  const output = await OutputDirectory.open(request.outputDirectory);
  const lock = await acquireLock(join(output.path, '.lock'), {
    signal,
    onWait: (pid) => progress.note(`waiting for process ${pid}, which is writing to ${output.path}`),
  });
  try {
    await output.reload();
    await requireReplaceable(request, nodes, output);
    const identities = await ensureClusterIdentities(request);
    const delivered = deliver(request, identities);
    const assets = await readAssets(cluster);
    const { value: rendering, diagnostics } = createRendering(delivered, identities, assets);
    if (rendering === undefined) throw new ConfigurationError(diagnostics);
    const deliveredNodes = delivered.nodes.filter((node) => request.selected.includes(node.name));
    const found = await ensureNodeBases(deliveredNodes, { cluster: delivered, rendering, assets }, request);
    await checkBases(delivered, found, rendering, progress);
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
    const built = await buildItems({
      request,
      cluster: delivered,
      nodes: deliveredNodes,
      bases,
      rendering,
      assets,
      header,
      output,
    });
    if (delivered.delivery.isVagrant) await describeForVagrant(request, delivered, identities, assets, built);
    return built;
  } finally {
    await lock.release();
  }
}

function toolsOf({ formats, isSeeded }: BuildRequest): ToolName[] {
  const special = formats.flatMap((format) => toolsOfFormats[format] ?? []);
  return [...neededTools, ...special, ...(isSeeded ? (['xorriso'] as const) : [])];
}

async function requireReplaceable(
  { cluster, formats, isSeeded }: BuildRequest,
  nodes: readonly ClusterNode[],
  output: OutputDirectory,
): Promise<void> {
  const images = formats.filter((format): format is WrittenFormat => format !== 'seed-iso');
  await output.requireReplaceable(isSeeded ? [{ name: cluster.name }] : nodes, images);
  if (isSeeded) await output.requireReplaceable(nodes, ['seed-iso']);
  if (formats.some(isBox)) await checkVagrantfile(output.path);
}

async function ensureClusterIdentities(request: BuildRequest): Promise<ClusterIdentities> {
  const { cluster, progress, stateDirectory } = request;
  const identities = await ensureIdentities(stateDirectory, cluster, progress);
  await writeSshAccess(stateDirectory, cluster, identities);
  const names = cluster.nodes.map(({ name }) => name);
  const others = await otherNodes(stateDirectory, names);
  if (others.length > 0) {
    progress.note(
      `warning: ${stateDirectory} also knows ${others.join(', ')}: are count, names and flags those of the last build?`,
    );
  }
  return identities;
}

/** The cluster in the form in which its nodes come into being. */
function deliver(
  { cluster, formats, isSeeded, boxes }: BuildRequest,
  identities: ClusterIdentities,
): Cluster {
  if (!formats.some(isBox)) return { ...cluster, delivery: { isSeeded, isVagrant: false } };
  const loginKey = identities.loginKey.publicKey;
  return vagrantCluster(cluster, { isSeeded, hasVagrantUser: boxes.hasVagrantUser, loginKey });
}

async function describeForVagrant(
  { boxes, outputDirectory, stateDirectory }: BuildRequest,
  cluster: Cluster,
  { clusterId }: ClusterIdentities,
  assets: Assets,
  built: readonly BuiltItem[],
): Promise<void> {
  const ssh = boxes.hasVagrantUser
    ? { user: 'vagrant', key: null }
    : { user: loginUser(cluster).name, key: await loginKeyFile(stateDirectory) };
  await writeVagrantFiles({
    directory: outputDirectory,
    cluster,
    clusterId,
    assets,
    ssh,
    publishing: boxes,
    items: built.map(({ record }) => record),
  });
}
