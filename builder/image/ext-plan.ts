import type { Entry } from '../plan/entry.ts';
import type { ExtChange, InodeFields } from './debugfs-script.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import type { ExtPlace } from './ext-tree.ts';
import { ancestorsOf, comparePaths, nameOf, parentOf } from './image-path.ts';

/** An entry of the root filesystem, and where it goes in this base. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly place: ExtPlace;
}

/** Space that entries take, in blocks or clusters of `unitBytes`. */
export interface SpaceNeed {
  readonly units: number;
  readonly inodes: number;
}

const fileType = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

/** Why entries do not fit what the base holds, one line for each. */
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
  if (entry.kind === 'directory') return node.kind === 'directory' ? null : `is a ${node.kind} in the base`;
  return node.kind === 'directory' ? 'is a directory in the base' : null;
}

/** Turns entries without conflicts into changes: first what goes, then directories, files and links, at last owners. */
export function planExtChanges(
  placed: readonly PlacedEntry[],
  hostPathOf: (entry: Entry) => string,
  hasExtraTimes: boolean,
): ExtChange[] {
  const sorted = placed.toSorted((a, b) => comparePaths(a.place.path, b.place.path));
  const parents = missingParents(sorted);
  const located = (path: string) => ({ directory: parentOf(path), name: nameOf(path) });
  const fields = (entry: Entry, isNew: boolean): InodeFields => ({
    mode: fileType[entry.kind] | (entry.kind === 'symlink' ? 0o777 : entry.mode),
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: entry.mtimeSeconds,
    isNew,
    hasExtraTimes,
  });
  const removed = sorted.filter(({ entry, place }) => place.node !== null && entry.kind !== 'directory');
  const newDirectories = [
    ...parents.keys(),
    ...sorted.flatMap(({ entry, place }) =>
      entry.kind === 'directory' && place.node === null ? [place.path] : [],
    ),
  ].toSorted(comparePaths);
  return [
    ...removed.map(({ place }): ExtChange => ({ action: 'remove', ...located(place.path) })),
    ...newDirectories.map((path): ExtChange => ({ action: 'make-directory', ...located(path) })),
    ...sorted.flatMap(({ entry, place }): ExtChange[] => {
      const where = located(place.path);
      if (entry.kind === 'file') return [{ action: 'write-file', ...where, hostPath: hostPathOf(entry) }];
      return entry.kind === 'symlink' ? [{ action: 'make-link', ...where, target: entry.target }] : [];
    }),
    ...[...parents].map(([path, inode]): ExtChange => ({
      action: 'set',
      path,
      inode: { ...inode, hasExtraTimes },
    })),
    ...sorted.map(({ entry, place }): ExtChange => {
      const isNew = entry.kind !== 'directory' || place.node === null;
      return { action: 'set', path: place.path, inode: fields(entry, isNew) };
    }),
  ];
}

/** Directories that no entry names and the base lacks: 0755 root:root, with the time of the first entry below. */
function missingParents(sorted: readonly PlacedEntry[]): Map<string, Omit<InodeFields, 'hasExtraTimes'>> {
  const named = new Set(sorted.map(({ place }) => place.path));
  const parents = new Map<string, Omit<InodeFields, 'hasExtraTimes'>>();
  for (const { entry, place } of sorted) {
    for (const path of missingAncestors(place)) {
      if (named.has(path) || parents.has(path)) continue;
      const { mtimeSeconds } = entry;
      parents.set(path, { mode: fileType.directory | 0o755, uid: 0, gid: 0, mtimeSeconds, isNew: true });
    }
  }
  return parents;
}

function missingAncestors(place: ExtPlace): string[] {
  return place.node === null ? ancestorsOf(place.path).slice(place.existingDepth) : [];
}

/** Blocks and inodes that the entries take at most, less what the files that they replace give back. */
export function extSpaceNeed(placed: readonly PlacedEntry[], superblock: ExtSuperblock): SpaceNeed {
  const { blockSize } = superblock;
  let units = 0;
  let inodes = 0;
  const nameBytes = new Map<string, number>();
  for (const { entry, place } of placed) {
    if (entry.kind === 'file') units += fileBlocks(sizeOf(entry), superblock);
    if (entry.kind === 'symlink' && Buffer.byteLength(entry.target) >= 60) units += 1;
    if (place.node === null) {
      for (const path of [...missingAncestors(place), place.path]) {
        const parent = parentOf(path);
        nameBytes.set(parent, (nameBytes.get(parent) ?? 0) + Buffer.byteLength(nameOf(path)) + 12);
      }
    }
    if (entry.kind === 'directory' || place.node === null) continue;
    if (place.node.links === 1) {
      units -= Math.floor((place.node.sectors * 512) / blockSize);
      inodes -= 1;
    }
  }
  const newDirectories = countNewDirectories(placed);
  units += newDirectories;
  inodes += newDirectories + placed.filter(({ entry }) => entry.kind !== 'directory').length;
  for (const bytes of nameBytes.values()) units += Math.ceil(bytes / blockSize);
  return { units: Math.max(0, units), inodes: Math.max(0, inodes) };
}

function countNewDirectories(placed: readonly PlacedEntry[]): number {
  const paths = placed.flatMap(({ entry, place }) => [
    ...missingAncestors(place),
    ...(entry.kind === 'directory' && place.node === null ? [place.path] : []),
  ]);
  return new Set(paths).size;
}

/** Bytes of a file entry's content. */
export function sizeOf(entry: Extract<Entry, { kind: 'file' }>): number {
  return entry.content.from === 'bytes' ? entry.content.bytes.byteLength : entry.content.sizeBytes;
}

/** Data blocks and the blocks that map them: extents need few, ext2 and ext3 one pointer of 4 bytes per block. */
function fileBlocks(sizeBytes: number, { kind, blockSize }: ExtSuperblock): number {
  const data = Math.ceil(sizeBytes / blockSize);
  const mapping = kind === 'ext4' ? Math.floor(data / 1024) : Math.ceil((data * 4) / blockSize) + 2;
  return data > 12 ? data + mapping : data;
}
