import type { ClusterNode } from '../../definition/cluster.ts';
import { sizeOf } from '../../image/space-need.ts';
import type { RenderedNode } from '../../render/rendered-node.ts';
import type { EnsureBaseOptions } from '../base/base-request.ts';
import { ensureGrownBase } from '../base/grown-base.ts';
import { readBase, type BaseImage } from '../image/base.ts';
import { freeRootBytes } from '../image/grow-root.ts';
import type { NodeBase } from './node-base.ts';

const mebibyte = 1024 * 1024;
/** What stays free for the first boot, which writes logs and keys before the root filesystem grows to the disk. */
const reserveBytes = ({ root }: BaseImage): number => Math.min(64 * mebibyte, root.sizeBytes / 20);
const blockBytes = 4096;

/**
 * The bases of a build, those that have too little room for their nodes' files exchanged for grown ones.
 *
 * @throws HostError as `ensureGrownBase` does.
 */
export async function growNodeBases(
  bases: ReadonlyMap<ClusterNode, NodeBase>,
  render: (node: ClusterNode) => RenderedNode,
  options: EnsureBaseOptions,
): Promise<Map<ClusterNode, NodeBase>> {
  const needs = new Map<NodeBase, number>();
  for (const [node, base] of bases) {
    needs.set(base, Math.max(needs.get(base) ?? 0, rootBytes(render(node))));
  }
  const grown = new Map<NodeBase, NodeBase>();
  for (const [base, need] of needs)
    grown.set(base, await withRoom(base, need + reserveBytes(base.image), options));
  return new Map([...bases].map(([node, base]) => [node, grown.get(base) ?? base]));
}

/** At most: what a file replaces is not counted. Each takes a block more, for its name and its extents. */
function rootBytes({ entries }: RenderedNode): number {
  return entries
    .filter(({ entry }) => entry.partition === 'root')
    .reduce((sum, { entry }) => {
      const content = entry.kind === 'file' ? sizeOf(entry) : 0;
      return sum + (Math.ceil(content / blockBytes) + 1) * blockBytes;
    }, 0);
}

async function withRoom(base: NodeBase, needBytes: number, options: EnsureBaseOptions): Promise<NodeBase> {
  if ((await freeRootBytes(base.image)) >= needBytes) return base;
  const { name, platform = '', sha256, packages } = base.record;
  const built = await ensureGrownBase(
    {
      definitionName: name,
      platform: platform.replace(/-[^-]*$/, ''),
      architecture: platform.replace(/^.*-/, ''),
      sha256,
      packages,
      extraPackages: [],
      imagePath: base.image.path,
    },
    needBytes,
    options,
  );
  const { key, sizeBytes } = built;
  return {
    image: await readBase(built.imagePath),
    record: { ...base.record, key, sha256: built.sha256, sizeBytes },
  };
}
