import type { ByteSource } from './byte-source.ts';
import type { FatGeometry } from './fat-geometry.ts';
import { differingRuns } from './ranges.ts';

/** The first copy of a file allocation table, in memory. */
export interface FatTable {
  /** The link of a cluster: 0 when it is free, another cluster, or an end mark. */
  link(cluster: number): number;
  /** The table as it is stored. */
  readonly bytes: Buffer;
  freeClusters(): number;
  /** Clusters of a file or directory in order. A chain that leaves the volume or runs in a circle ends there. */
  chain(firstCluster: number): readonly number[];
  /** Clusters whose links differ between two states of the same volume. */
  changedClusters(other: FatTable): readonly number[];
}

const bitsPerLink = { fat12: 12, fat16: 16, fat32: 32 } as const;

/** Source: Microsoft FAT specification ("fatgen103"), section 4: 12, 16 or 28 bits per cluster, little-endian. */
export async function readFatTable(source: ByteSource, geometry: FatGeometry): Promise<FatTable> {
  const bytes = await source.read(geometry.fatOffsetBytes, geometry.fatBytes);
  const lastCluster = geometry.clusters + 1;
  const link = linkReader(bytes, geometry.kind);
  return {
    link,
    bytes,
    freeClusters() {
      let free = 0;
      for (let cluster = 2; cluster <= lastCluster; cluster += 1) if (link(cluster) === 0) free += 1;
      return free;
    },
    chain(firstCluster) {
      const clusters: number[] = [];
      let cluster = firstCluster;
      while (cluster >= 2 && cluster <= lastCluster && clusters.length < geometry.clusters) {
        clusters.push(cluster);
        cluster = link(cluster);
      }
      return clusters;
    },
    changedClusters(other) {
      const changed: number[] = [];
      const clustersPerByte = 8 / bitsPerLink[geometry.kind];
      for (const run of differingRuns(bytes, other.bytes)) {
        // A link of 12 bits can begin in the unit before the one that differs.
        const first = Math.max(2, Math.floor(run.offsetBytes * clustersPerByte) - 1);
        const end = Math.min(lastCluster, Math.ceil((run.offsetBytes + run.lengthBytes) * clustersPerByte));
        for (let cluster = first; cluster <= end; cluster += 1) {
          if (link(cluster) !== other.link(cluster)) changed.push(cluster);
        }
      }
      return changed;
    },
  };
}

function linkReader(bytes: Buffer, kind: FatGeometry['kind']): (cluster: number) => number {
  const within = (position: number, length: number) => position + length <= bytes.length;
  if (kind === 'fat32') {
    return (cluster) => (within(cluster * 4, 4) ? bytes.readUInt32LE(cluster * 4) & 0x0fffffff : 0);
  }
  if (kind === 'fat16') {
    return (cluster) => (within(cluster * 2, 2) ? bytes.readUInt16LE(cluster * 2) : 0);
  }
  return (cluster) => {
    const position = cluster + (cluster >> 1);
    if (!within(position, 2)) return 0;
    const pair = bytes.readUInt16LE(position);
    return (cluster & 1) === 0 ? pair & 0xfff : pair >> 4;
  };
}
