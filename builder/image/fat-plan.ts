import type { Entry } from './entry.ts';
import { sizeOf, type SpaceNeed } from './space-need.ts';
import type { FatNode, FatVolume } from './fat-volume.ts';
import { ancestorsOf, comparePaths, nameOf, parentOf, partsOf } from './image-path.ts';

/** Steps to change a FAT filesystem, in this order. */
export interface FatPlan {
  /** Directories to make, parents first. */
  readonly directories: readonly string[];
  /** Files to write, one group per directory, in a fixed order. */
  readonly groups: readonly { readonly directory: string; readonly files: readonly Entry[] }[];
  /** Why entries do not fit what the base holds, one line for each. */
  readonly conflicts: readonly string[];
  /** Clusters that are needed at most, less what replaced files give back. */
  readonly need: SpaceNeed;
}

/** One record of a FAT directory, and the number of characters that one record of a long name holds. */
const recordBytes = 32;
const charactersPerRecord = 13;

/** Plans how entries get into a FAT filesystem. Owners and modes do not exist there and are left out. */
export async function planFatChanges(entries: readonly Entry[], volume: FatVolume): Promise<FatPlan> {
  const sorted = entries.toSorted((a, b) => comparePaths(a.path, b.path));
  const nodes = await findAll(volume, sorted);
  const nodeOf = (path: string) => nodes.get(path.toLowerCase()) ?? null;
  const directories = newDirectories(sorted, nodeOf);
  const files = sorted.filter((entry) => entry.kind === 'file');
  const parents = [...new Set(files.map((file) => parentOf(file.path)))].toSorted(comparePaths);
  const groups = parents.map((directory) => ({
    directory,
    files: files.filter((file) => parentOf(file.path) === directory),
  }));

  const { clusterBytes } = volume.geometry;
  const clustersOf = (bytes: number) => Math.ceil(bytes / clusterBytes);
  let units = directories.length;
  for (const file of files) {
    units += clustersOf(sizeOf(file)) - clustersOf(nodeOf(file.path)?.entry?.sizeBytes ?? 0);
  }
  for (const { files: names } of groups) {
    const records = names.reduce(
      (sum, { path }) => sum + 1 + Math.ceil(nameOf(path).length / charactersPerRecord),
      0,
    );
    units += clustersOf(records * recordBytes);
  }
  const conflicts = findConflicts(sorted, nodeOf);
  return { directories, groups, conflicts, need: { units: Math.max(0, units), inodes: 0 } };
}

async function findAll(volume: FatVolume, entries: readonly Entry[]): Promise<Map<string, FatNode | null>> {
  const nodes = new Map<string, FatNode | null>();
  for (const path of entries.flatMap((entry) => [...ancestorsOf(entry.path), entry.path])) {
    const key = path.toLowerCase();
    if (!nodes.has(key)) nodes.set(key, await volume.find(path));
  }
  return nodes;
}

function newDirectories(entries: readonly Entry[], nodeOf: (path: string) => FatNode | null): string[] {
  const wanted = new Map<string, string>();
  for (const entry of entries) {
    const paths =
      entry.kind === 'directory' ? [...ancestorsOf(entry.path), entry.path] : ancestorsOf(entry.path);
    for (const path of paths) {
      const key = path.toLowerCase();
      if (partsOf(path).length > 0 && nodeOf(path) === null && !wanted.has(key)) wanted.set(key, path);
    }
  }
  return [...wanted.values()].toSorted(comparePaths);
}

function findConflicts(entries: readonly Entry[], nodeOf: (path: string) => FatNode | null): string[] {
  const conflicts: string[] = [];
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    const node = nodeOf(entry.path);
    const key = entry.path.toLowerCase();
    if (byPath.has(key)) conflicts.push(`${entry.path} is written twice`);
    byPath.set(key, entry);
    if (node !== null && node.kind !== entry.kind)
      conflicts.push(`${entry.path} is a ${node.kind} in the base`);
    else if (node?.entry?.isReadOnly === true)
      conflicts.push(`${entry.path} is marked read-only in the base`);
  }
  for (const entry of entries) {
    for (const above of ancestorsOf(entry.path)) {
      if (nodeOf(above)?.kind === 'file') {
        conflicts.push(`${entry.path} lies below ${above}, which is no directory in the base`);
      } else if (byPath.get(above.toLowerCase())?.kind === 'file') {
        conflicts.push(`${entry.path} lies below ${above}, which becomes no directory`);
      }
    }
  }
  return conflicts;
}
