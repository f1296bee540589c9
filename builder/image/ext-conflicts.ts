import type { Entry } from './entry.ts';
import type { PlacedEntry } from './ext-plan.ts';
import type { ExtPlace } from './ext-tree.ts';
import { ancestorsOf } from './image-path.ts';

/** Why entries do not fit what the base holds, or each other; one line for each. */
export function findExtConflicts(placed: readonly PlacedEntry[]): string[] {
  const byPath = new Map<string, Entry>();
  const conflicts: string[] = [];
  for (const { entry, place } of placed) {
    const conflict = conflictWithBase(entry, place);
    if (conflict !== null) conflicts.push(`${entry.path} ${conflict}`);
    else if (byPath.has(place.path)) conflicts.push(`${entry.path} is written twice (it is ${place.path})`);
    byPath.set(place.path, entry);
  }
  for (const { entry, place } of placed) {
    const above = [...ancestorsOf(place.path), ...place.links].find((path) => {
      const other = byPath.get(path);
      return other !== undefined && other !== entry && other.kind !== 'directory';
    });
    if (above !== undefined) conflicts.push(`${entry.path} lies below ${above}, which becomes no directory`);
  }
  return conflicts;
}

function conflictWithBase(entry: Entry, { node, blockedBy }: ExtPlace): string | null {
  if (blockedBy !== null) return `lies below ${blockedBy}, which is no directory in the base`;
  if (node === null) return null;
  if (node.kind === 'other') return 'is a device or another special file in the base';
  if (entry.kind === 'directory') {
    // Whether a link leads to a directory is seen at what lies below it.
    const isFine = node.kind === 'directory' || (entry.ifMissing === true && node.kind === 'symlink');
    return isFine ? null : `is a ${node.kind} in the base`;
  }
  return node.kind === 'directory' ? 'is a directory in the base' : null;
}
