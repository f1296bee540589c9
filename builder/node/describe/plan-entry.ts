import type { RenderedEntry } from '../render/rendered-node.ts';
import type { PlannedEntry } from './plan.ts';

/** Describes an entry; `isKnown` is false while its content depends on an identity that no build has made yet. */
export type PlanEntry = (rendered: RenderedEntry, isKnown: boolean) => PlannedEntry;

/** Describes entries; one that many nodes share is described once. */
export function createEntryPlanner(): PlanEntry {
  const made = new Map<RenderedEntry, PlannedEntry>();
  return (rendered, isKnown) => {
    const planned = made.get(rendered) ?? describe(rendered, isKnown);
    if (rendered.shared) made.set(rendered, planned);
    return planned;
  };
}

function describe({ entry, origin, secret, shared, sha256 }: RenderedEntry, isKnown: boolean): PlannedEntry {
  const { path, partition, kind, uid, gid, mtimeSeconds } = entry;
  return {
    path,
    partition,
    kind,
    mode: entry.mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    mtimeSeconds,
    secret,
    origin,
    shared,
    sizeBytes: isKnown && entry.kind === 'file' ? sizeOf(entry.content) : null,
    sha256: isKnown && !secret ? sha256 : null,
    target: entry.kind === 'symlink' ? entry.target : null,
  };
}

function sizeOf(content: Extract<RenderedEntry['entry'], { kind: 'file' }>['content']): number {
  return content.from === 'bytes' ? content.bytes.byteLength : content.sizeBytes;
}
