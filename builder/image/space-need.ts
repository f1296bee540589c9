import type { Entry } from './entry.ts';
import { missingAncestors, type PlacedEntry } from './ext-plan.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import { nameOf, parentOf } from './image-path.ts';

/** Space that entries take: blocks or clusters, and inodes where there are any. */
export interface SpaceNeed {
  readonly units: number;
  readonly inodes: number;
}

/** A shorter link lies in its inode. Source: Linux fs/ext4/inode.c, ext4_inode_is_fast_symlink. */
const shortLinkBytes = 60;
/** Bytes that a directory keeps beside each name, rounded up. */
const recordBytes = 12;

/** Blocks and inodes that the entries take at most, less what the files that they replace give back. */
export function extSpaceNeed(placed: readonly PlacedEntry[], superblock: ExtSuperblock): SpaceNeed {
  const { blockSize } = superblock;
  const newDirectories = findNewDirectories(placed);
  let units = newDirectories.size + directoryGrowth(placed, newDirectories, blockSize);
  let inodes = newDirectories.size;
  for (const { entry, place } of placed) {
    if (entry.kind === 'directory') continue;
    inodes += 1;
    units += entry.kind === 'file' ? fileBlocks(sizeOf(entry), superblock) : linkBlocks(entry.target);
    if (place.node?.links === 1) {
      units -= Math.floor((place.node.sectors * 512) / blockSize);
      inodes -= 1;
    }
  }
  return { units: Math.max(0, units), inodes: Math.max(0, inodes) };
}

/** Bytes of a file entry's content. */
export function sizeOf(entry: Extract<Entry, { kind: 'file' }>): number {
  return entry.content.from === 'bytes' ? entry.content.bytes.byteLength : entry.content.sizeBytes;
}

function findNewDirectories(placed: readonly PlacedEntry[]): Set<string> {
  const paths = placed.flatMap(({ entry, place }) => [
    ...missingAncestors(place),
    ...(entry.kind === 'directory' && place.node === null ? [place.path] : []),
  ]);
  return new Set(paths);
}

/** Blocks by which directories grow through their new names. */
function directoryGrowth(
  placed: readonly PlacedEntry[],
  newDirectories: ReadonlySet<string>,
  blockSize: number,
): number {
  const names = new Set(newDirectories);
  for (const { place } of placed) if (place.node === null) names.add(place.path);
  const bytes = new Map<string, number>();
  for (const path of names) {
    const parent = parentOf(path);
    bytes.set(parent, (bytes.get(parent) ?? 0) + Buffer.byteLength(nameOf(path)) + recordBytes);
  }
  return [...bytes.values()].reduce((sum, length) => sum + Math.ceil(length / blockSize), 0);
}

function linkBlocks(target: string): number {
  return Buffer.byteLength(target) < shortLinkBytes ? 0 : 1;
}

/** Data blocks and the blocks that map them: extents need few, ext2 and ext3 one pointer of 4 bytes per block. */
function fileBlocks(sizeBytes: number, { kind, blockSize }: ExtSuperblock): number {
  const data = Math.ceil(sizeBytes / blockSize);
  const mapping = kind === 'ext4' ? Math.floor(data / 1024) : Math.ceil((data * 4) / blockSize) + 2;
  return data > 12 ? data + mapping : data;
}
