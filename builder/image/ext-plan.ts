import type { Entry } from './entry.ts';
import type { ExtChange, InodeFields } from './debugfs-script.ts';
import type { ExtPlace } from './ext-tree.ts';
import { ancestorsOf, comparePaths, nameOf, parentOf } from './image-path.ts';

/** An entry of the root filesystem, and where it goes in this base. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly place: ExtPlace;
}

/** An inode to be, but for what depends on the filesystem. */
type Attributes = Omit<InodeFields, 'hasExtraTimes'>;

const fileType = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

/**
 * Turns entries without conflicts into changes: first what goes, then directories, then files and links, and at last
 * modes, owners and times. So replaced files give back their space before any is taken.
 */
export function planExtChanges(
  placed: readonly PlacedEntry[],
  hostPathOf: (entry: Entry) => string,
  hasExtraTimes: boolean,
): ExtChange[] {
  const sorted = placed.toSorted((a, b) => comparePaths(a.place.path, b.place.path));
  const parents = missingParents(sorted);
  const set = (path: string, attributes: Attributes): ExtChange => ({
    action: 'set',
    path,
    inode: { ...attributes, hasExtraTimes },
  });
  return [
    ...sorted.flatMap(removal),
    ...newDirectories(sorted, parents),
    ...sorted.flatMap(({ entry, place }) => creation(entry, place, hostPathOf)),
    ...[...parents].map(([path, attributes]) => set(path, attributes)),
    ...sorted
      .filter((one) => !isLeftAlone(one))
      .map(({ entry, place }) => set(place.path, attributesOf(entry, place))),
  ];
}

/** A directory that the base has, and that is only to be made where it has none. */
function isLeftAlone({ entry, place }: PlacedEntry): boolean {
  return entry.kind === 'directory' && entry.ifMissing === true && place.node !== null;
}

/** Directories above an entry that neither the base has nor an entry names. */
export function missingAncestors(place: ExtPlace): string[] {
  return place.node === null ? ancestorsOf(place.path).slice(place.existingDepth) : [];
}

function removal({ entry, place }: PlacedEntry): ExtChange[] {
  if (place.node === null || entry.kind === 'directory') return [];
  return [{ action: 'remove', ...located(place.path) }];
}

function newDirectories(
  sorted: readonly PlacedEntry[],
  parents: ReadonlyMap<string, Attributes>,
): ExtChange[] {
  const named = sorted.filter(({ entry, place }) => entry.kind === 'directory' && place.node === null);
  return [...parents.keys(), ...named.map(({ place }) => place.path)]
    .toSorted(comparePaths)
    .map((path) => ({ action: 'make-directory', ...located(path) }));
}

function creation(entry: Entry, place: ExtPlace, hostPathOf: (entry: Entry) => string): ExtChange[] {
  const where = located(place.path);
  if (entry.kind === 'file') return [{ action: 'write-file', ...where, hostPath: hostPathOf(entry) }];
  return entry.kind === 'symlink' ? [{ action: 'make-link', ...where, target: entry.target }] : [];
}

function attributesOf(entry: Entry, place: ExtPlace): Attributes {
  const permissions = entry.kind === 'symlink' ? 0o777 : entry.mode;
  return {
    mode: fileType[entry.kind] | permissions,
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: entry.mtimeSeconds,
    isNew: entry.kind !== 'directory' || place.node === null,
  };
}

/** The parents that have to be made: 0755 root:root, with the time of the first entry below. */
function missingParents(sorted: readonly PlacedEntry[]): Map<string, Attributes> {
  const named = new Set(sorted.map(({ place }) => place.path));
  const parents = new Map<string, Attributes>();
  for (const { entry, place } of sorted) {
    for (const path of missingAncestors(place)) {
      if (named.has(path) || parents.has(path)) continue;
      const { mtimeSeconds } = entry;
      parents.set(path, { mode: fileType.directory | 0o755, uid: 0, gid: 0, mtimeSeconds, isNew: true });
    }
  }
  return parents;
}

function located(path: string): { directory: string; name: string } {
  return { directory: parentOf(path), name: nameOf(path) };
}
