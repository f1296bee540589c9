import type { Base } from '../../base/host/obtain/base.ts';
import type { Patch } from '../../image/patch.ts';
import type { RenderedEntry } from '../../node/render/rendered-node.ts';
import { openWorkCopy, type WorkCopy } from '../../image/host/work-copy.ts';

/** The two layers that turn a base into a node's image. */
export interface NodeLayers {
  /** The same object for all nodes that share it; it stays open until the build ends. */
  readonly shared: Patch;
  /** The caller closes it. */
  readonly own: Patch;
}

/** Makes the patches of nodes in two layers: what nodes share is written once, and each node's own files over it. */
export interface NodePatches {
  make(base: Base, entries: readonly RenderedEntry[], signal: AbortSignal): Promise<NodeLayers>;
  close(): Promise<void>;
}

interface SharedLayer {
  readonly copy: WorkCopy;
  readonly shared: Patch;
}

/**
 * Opens the patches of a build: one work copy for each base, with what all nodes of the cluster have in common.
 *
 * @param common Of all nodes of the cluster, not only of those that are built, so that a node's image does not depend
 *   on what is built beside it.
 */
export function openNodePatches(directory: string, common: ReadonlySet<RenderedEntry>): NodePatches {
  const sharedLayers = new Map<Base, Promise<SharedLayer>>();
  return {
    async make(base, entries, signal) {
      const shared = entries.filter((entry) => common.has(entry));
      const own = entries.filter((entry) => !common.has(entry)).map(({ entry }) => entry);
      const opening = sharedLayers.get(base) ?? openSharedLayer(base, shared, directory, signal);
      sharedLayers.set(base, opening);
      const layer = await opening;
      return { shared: layer.shared, own: await layer.copy.makePatch(own, { signal }) };
    },
    async close() {
      for (const opening of sharedLayers.values()) {
        // One that could not be opened has removed what it made.
        const layer = await opening.catch(() => null);
        await layer?.copy.close();
        await layer?.shared.close();
      }
    },
  };
}

async function openSharedLayer(
  base: Base,
  entries: readonly RenderedEntry[],
  directory: string,
  signal: AbortSignal,
): Promise<SharedLayer> {
  const copy = await openWorkCopy({ base: base.image, directory });
  try {
    const shared = await copy.makePatch(
      entries.map(({ entry }) => entry),
      { signal },
    );
    await copy.layOver(shared);
    return { copy, shared };
  } catch (error) {
    await copy.close();
    throw error;
  }
}
