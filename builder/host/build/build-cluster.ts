import { join } from 'node:path';
import type { Cluster, ClusterNode } from '../../definition/cluster.ts';
import type { Manifest } from '../../definition/generated/manifest.ts';
import { createRendering } from '../../render/create-rendering.ts';
import { defaultMtimeSeconds } from '../../render/make-entry.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { ensureIdentities } from '../identity/identity-store.ts';
import { requireTools } from '../doctor/require-tools.ts';
import { acquireLock } from '../base/process-lock.ts';
import { openWorkCopy, type WorkCopy } from '../image/work-copy.ts';
import { packageVersion } from '../package-version.ts';
import type { Progress } from '../progress.ts';
import { readAssets } from '../read-assets.ts';
import type { ToolName } from '../tools.ts';
import { buildNode } from './build-node.ts';
import { ensureNodeBases, type NodeBase } from './node-base.ts';
import { OutputDirectory } from './output-directory.ts';

/** What is to be built, and where everything lies. Directories are absolute. */
export interface BuildRequest {
  readonly cluster: Cluster;
  /** Names of the nodes to build. */
  readonly selected: readonly string[];
  readonly outputDirectory: string;
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
  readonly mirror?: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** One image of a build. */
export interface BuiltNode {
  readonly record: Manifest['nodes'][number];
  readonly path: string;
  /** True when the image was there already, made from the same inputs. */
  readonly isUpToDate: boolean;
}

/** Programs that every build needs; bases built from packages need more, which `ensureBase` asks for. */
const neededTools: readonly ToolName[] = ['debugfs', 'e2fsck', 'mcopy', 'cp', 'openssl', 'ssh-keygen'];

/**
 * Builds the images of a cluster: bases and identities first, then one node after the other. An image whose inputs
 * have not changed is kept. After each node manifest and checksums are up to date, so an interrupted build goes on
 * where it stopped.
 *
 * @throws HostError, ConfigurationError about an overlay, or the reason of the signal
 */
export async function buildCluster(request: BuildRequest): Promise<BuiltNode[]> {
  const { cluster, progress, signal } = request;
  await requireTools(neededTools);
  const nodes = cluster.nodes.filter((node) => request.selected.includes(node.name));
  const output = await OutputDirectory.open(request.outputDirectory);
  const lock = await acquireLock(join(output.path, '.lock'), {
    signal,
    onWait: (pid) => progress.note(`waiting for process ${pid}, which is writing to ${output.path}`),
  });
  try {
    await output.reload();
    await output.requireReplaceable(nodes.map(({ name }) => name), defaultMtimeSeconds);
    const names = cluster.nodes.map(({ name }) => name);
    const identities = await ensureIdentities(request.stateDirectory, cluster.name, names, progress);
    const { value: rendering, diagnostics } = createRendering(cluster, identities, await readAssets(cluster));
    if (rendering === undefined) throw new ConfigurationError(diagnostics);
    const bases = await ensureNodeBases(nodes, cluster.packages, request);
    const header: ManifestHeader = {
      dlimage: packageVersion,
      cluster: {
        name: cluster.name,
        id: identities.clusterId,
        subnet: cluster.network.subnet,
        vip: cluster.vip,
      },
    };
    return await inWorkCopies(bases, request.outputDirectory, async (workCopyOf) => {
      const built: BuiltNode[] = [];
      for (const node of nodes) {
        signal.throwIfAborted();
        const base = bases.get(node) as NodeBase;
        const rendered = rendering.renderNode(node);
        const result = await buildNode({ rendered, base, output, workCopyOf, progress, signal });
        await output.record(header, base.record, result.record, names);
        built.push(result);
      }
      return built;
    });
  } finally {
    await lock.release();
  }
}

type ManifestHeader = Pick<Manifest, 'dlimage' | 'cluster'>;

/** Opens a work copy of a base when the first node needs it, and closes all of them at the end. */
async function inWorkCopies<T>(
  bases: ReadonlyMap<ClusterNode, NodeBase>,
  directory: string,
  use: (workCopyOf: (base: NodeBase) => Promise<WorkCopy>) => Promise<T>,
): Promise<T> {
  const open = new Map<NodeBase, Promise<WorkCopy>>();
  try {
    return await use((base) => {
      const copy = open.get(base) ?? openWorkCopy({ base: base.image, directory });
      open.set(base, copy);
      return copy;
    });
  } finally {
    await Promise.all([...open.values()].map(async (copy) => await (await copy).close()));
  }
}
