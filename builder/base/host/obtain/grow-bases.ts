import { parentOf } from '../../../image/image-path.ts';
import { sizeOf } from '../../../image/space-need.ts';
import type { RenderedNode } from '../../../node/render/rendered-node.ts';
import type { Run } from '../../../system/host/run.ts';
import { readBaseImage, type BaseImage } from '../../../image/host/base.ts';
import { freeRootSpace, hasRoom, type FreeSpace } from '../../../image/host/grow-root.ts';
import type { PlannedBase } from '../../planned-base.ts';
import { ensureGrownBase } from '../grown-base.ts';
import type { Base } from './base.ts';
import { titleOf } from './obtain-bases.ts';

const mebibyte = 1024 * 1024;
/** Space left free for the first boot, which writes logs and keys before the root filesystem grows to the disk. */
const reserveBytes = ({ root }: BaseImage): number => Math.min(64 * mebibyte, root.sizeBytes / 20);
const reserveInodes = 512;
const blockBytes = 4096;

/**
 * The same bases, those that have too little room for their nodes' files exchanged for grown ones.
 *
 * @param nodesOn - the nodes that are built on a base
 * @throws HostError as `ensureGrownBase` does.
 */
export async function growBases(
  bases: ReadonlyMap<PlannedBase, Base>,
  nodesOn: (planned: PlannedBase) => readonly RenderedNode[],
  run: Run,
): Promise<Map<PlannedBase, Base>> {
  const grown = new Map<PlannedBase, Base>();
  for (const [planned, base] of bases) {
    const needs = nodesOn(planned).map(rootSpace);
    const bytes = Math.max(0, ...needs.map((need) => need.bytes));
    const inodes = Math.max(0, ...needs.map((need) => need.inodes));
    grown.set(planned, await withRoom(planned, base, { bytes, inodes }, run));
  }
  return grown;
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
  planned: PlannedBase,
  base: Base,
  { bytes, inodes }: FreeSpace,
  run: Run,
): Promise<Base> {
  const needed = { bytes: bytes + reserveBytes(base.image), inodes: inodes + reserveInodes };
  if (hasRoom(await freeRootSpace(base.image), needed)) return base;
  const { sha256, packages } = base.record;
  const built = await ensureGrownBase(
    { ...titleOf(planned), sha256, packages, extraPackages: [], imagePath: base.image.path },
    needed,
    run,
  );
  const { key, sizeBytes } = built;
  return {
    image: await readBaseImage(built.imagePath),
    givenName: base.givenName,
    record: { ...base.record, key, sha256: built.sha256, sizeBytes },
  };
}
