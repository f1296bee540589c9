import type { ClusterNode } from '../../../cluster/model/cluster.ts';
import { parentOf } from '../../../image/image-path.ts';
import { sizeOf } from '../../../image/space-need.ts';
import type { RenderedNode } from '../../../node/render/rendered-node.ts';
import type { EnsureBaseOptions } from '../base-request.ts';
import { ensureGrownBase } from '../grown-base.ts';
import { readBaseImage, type BaseImage } from '../../../image/host/base.ts';
import { freeRootSpace, hasRoom, type FreeSpace } from '../../../image/host/grow-root.ts';
import type { NodeBase } from './obtain-bases.ts';

const mebibyte = 1024 * 1024;
/** What stays free for the first boot, which writes logs and keys before the root filesystem grows to the disk. */
const reserveBytes = ({ root }: BaseImage): number => Math.min(64 * mebibyte, root.sizeBytes / 20);
const reserveInodes = 512;
const blockBytes = 4096;

/**
 * The bases of a build, those that have too little room for their nodes' files exchanged for grown ones.
 *
 * @throws HostError as `ensureGrownBase` does.
 */
export async function growNodeBases(
  bases: ReadonlyMap<ClusterNode, NodeBase>,
  rendered: ReadonlyMap<ClusterNode, RenderedNode>,
  options: EnsureBaseOptions,
): Promise<Map<ClusterNode, NodeBase>> {
  const needs = new Map<NodeBase, FreeSpace>();
  for (const [node, base] of bases) {
    const { bytes, inodes } = rootSpace(rendered.get(node) as RenderedNode);
    const known = needs.get(base) ?? { bytes: 0, inodes: 0 };
    needs.set(base, { bytes: Math.max(known.bytes, bytes), inodes: Math.max(known.inodes, inodes) });
  }
  const grown = new Map<NodeBase, NodeBase>();
  for (const [base, need] of needs) grown.set(base, await withRoom(base, need, options));
  return new Map([...bases].map(([node, base]) => [node, grown.get(base) ?? base]));
}

/** At most: what is there already is not counted. Each file takes a block more, for its name and its extents. */
function rootSpace({ entries }: RenderedNode): FreeSpace {
  const inodes = new Set<string>();
  let bytes = 0;
  for (const { entry } of entries) {
    if (entry.partition !== 'root') continue;
    const content = entry.kind === 'file' ? sizeOf(entry) : 0;
    bytes += (Math.ceil(content / blockBytes) + 1) * blockBytes;
    for (let path = entry.path; path !== '/'; path = parentOf(path)) inodes.add(path);
  }
  return { bytes, inodes: inodes.size };
}

async function withRoom(
  base: NodeBase,
  { bytes, inodes }: FreeSpace,
  options: EnsureBaseOptions,
): Promise<NodeBase> {
  const needed = { bytes: bytes + reserveBytes(base.image), inodes: inodes + reserveInodes };
  if (hasRoom(await freeRootSpace(base.image), needed)) return base;
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
    needed,
    options,
  );
  const { key, sizeBytes } = built;
  return {
    image: await readBaseImage(built.imagePath),
    givenName: base.givenName,
    record: { ...base.record, key, sha256: built.sha256, sizeBytes },
  };
}
