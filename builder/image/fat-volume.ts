import type { ByteSource } from './byte-source.ts';
import { parseFatDirectory, type FatEntry } from './fat-directory.ts';
import { clusterOffset, type FatGeometry } from './fat-geometry.ts';
import { readFatTable, type FatTable } from './fat-table.ts';
import type { ByteRange } from './ranges.ts';

/** Target of a path on a FAT filesystem. The root directory has no entry of its own. */
export type FatNode =
  | { readonly kind: 'directory'; readonly cluster: number; readonly entry: FatEntry | null }
  | { readonly kind: 'file'; readonly cluster: number; readonly entry: FatEntry };

/** A FAT filesystem opened for reading. Paths are absolute and compared without regard to case, as FAT does. */
export interface FatVolume {
  readonly geometry: FatGeometry;
  readonly table: FatTable;
  freeClusters(): number;
  /** The volume label of the root directory, which wins over the boot sector's; null when it has none. */
  readLabel(): Promise<string | null>;
  find(path: string): Promise<FatNode | null>;
  list(directory: FatNode): Promise<readonly FatEntry[]>;
  /** Positions of a node's bytes in the volume, whole clusters, in the order of the chain. */
  rangesOf(node: FatNode): readonly ByteRange[];
  /** The bytes of a file in pieces, so that a large one need not fit into memory. */
  readFile(node: FatNode): AsyncGenerator<Buffer>;
}

/** Opens a FAT filesystem that begins at position 0 of the source. The whole table is held in memory. */
export async function openFatVolume(source: ByteSource, geometry: FatGeometry): Promise<FatVolume> {
  const table = await readFatTable(source, geometry);
  const root: FatNode = { kind: 'directory', cluster: geometry.rootCluster, entry: null };

  const rangesOf = (node: FatNode): ByteRange[] => {
    if (node.cluster === 0) {
      const isRoot = node.kind === 'directory' && node.entry === null;
      return isRoot ? [{ offsetBytes: geometry.rootOffsetBytes, lengthBytes: geometry.rootBytes }] : [];
    }
    return table.chain(node.cluster).map((cluster) => ({
      offsetBytes: clusterOffset(geometry, cluster),
      lengthBytes: geometry.clusterBytes,
    }));
  };
  const readDirectory = async (directory: FatNode): Promise<Buffer> => {
    const parts = rangesOf(directory).map((range) => source.read(range.offsetBytes, range.lengthBytes));
    return Buffer.concat(await Promise.all(parts));
  };
  const list = async (directory: FatNode) => parseFatDirectory(await readDirectory(directory)).entries;

  return {
    geometry,
    table,
    freeClusters: () => table.freeClusters(),
    rangesOf,
    list,
    readLabel: async () => parseFatDirectory(await readDirectory(root)).label,
    async find(path) {
      let node: FatNode = root;
      for (const name of path.split('/').filter((part) => part !== '')) {
        if (node.kind !== 'directory') return null;
        const wanted = name.toLowerCase();
        const entries = await list(node);
        const entry = entries.find((candidate) => candidate.names.includes(wanted));
        if (entry === undefined) return null;
        node = { kind: entry.isDirectory ? 'directory' : 'file', cluster: entry.cluster, entry };
      }
      return node;
    },
    async *readFile(node) {
      let left = node.entry?.sizeBytes ?? 0;
      for (const range of rangesOf(node)) {
        if (left <= 0) return;
        const bytes = await source.read(range.offsetBytes, Math.min(left, range.lengthBytes));
        left -= bytes.length;
        yield bytes;
      }
    },
  };
}
