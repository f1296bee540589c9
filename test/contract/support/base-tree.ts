import { isBuilt } from '../../../builder/cluster/model/base-traits.ts';
import { loadCluster } from '../../../builder/cluster/host/load-cluster.ts';
import { ensureBase } from '../../../builder/base/host/ensure-base.ts';
import { runInNamespace } from '../../../builder/system/host/namespace.ts';
import { cacheDirectory } from '../../../builder/system/host/cache-directory.ts';
import { silentProgress } from '../../../builder/system/host/progress.ts';
import { sharedTree } from './shared-tree.ts';

/**
 * Root file system of a base as a directory, so that its own programs can judge what dlimage renders. Others read it,
 * too: what a test changes is laid over it.
 */
export interface BaseTree {
  readonly directory: string;
}

/** The board whose base runs on this machine. Rendered files are the same for all architectures. */
const profile = process.arch === 'arm64' ? 'arm64-vm' : 'x86';

/** Unpacks the default base of this machine's architecture; builds it first where the cache has none. */
export async function unpackBase(): Promise<BaseTree> {
  const { cluster } = await loadCluster(
    undefined,
    { argv: [], profile, count: '1', vip: 'none' },
    // Whoever runs the tests may have built a cluster here.
    { state: '/nowhere' },
  );
  const node = cluster.nodes[0];
  if (node?.base.from !== 'definition' || !isBuilt(node.base.definition))
    throw new Error(`${profile} has no base of ours`);
  const base = await ensureBase(
    {
      definitionName: node.base.name,
      definition: node.base.definition,
      platform: node.profile.platform,
      architecture: node.profile.architecture,
      extraPackages: [],
    },
    { cacheDirectory: cacheDirectory(undefined), progress: silentProgress },
  );
  const offsetBytes = base.partitions.find((partition) => partition.role === 'root')?.offsetBytes ?? 0;
  const directory = await sharedTree('base', base.sha256.slice(0, 16), async (empty) => {
    await runInNamespace('debugfs', ['-R', `rdump / ${empty}`, `${base.imagePath}?offset=${offsetBytes}`], {
      step: 'unpack the base for the contract tests',
      timeoutSeconds: 600,
    });
  });
  return { directory };
}
