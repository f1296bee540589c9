import { HostError } from '../report/errors.ts';
import type { ByteRange } from '../image/ranges.ts';
import type { Piece } from '../image/piece.ts';

/** A file that a qcow2 image lies on: what the image itself does not hold is read from there. */
export interface Qcow2Backing {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
}

const clusterBits = 16;
const clusterBytes = 2 ** clusterBits;
const tableEntries = clusterBytes / 8;
const refcountsPerBlock = clusterBytes / 2;
const headerBytes = 112;
/** "The refcount of what this points to is exactly one." */
const copied = 1n << 63n;

/**
 * Plans a qcow2 version 3 file. Tables first, then the clusters in the order of the disk, so that it is written in one
 * pass and the same image always gives the same bytes.
 * Source: https://github.com/qemu/qemu/blob/master/docs/interop/qcow2.rst
 *
 * @param ranges What the file must hold itself, sorted, not overlapping; widened to whole clusters.
 * @param contents Gives the pieces of a stretch of the disk.
 */
export function planQcow2(disk: {
  readonly sizeBytes: number;
  readonly ranges: readonly ByteRange[];
  readonly contents: (offsetBytes: number, lengthBytes: number) => Piece[];
  readonly backing?: Qcow2Backing;
}): Piece[] {
  const runs = clusterRuns(disk.ranges);
  const dataClusters = runs.reduce((sum, run) => sum + run.count, 0);
  const l1Entries = Math.ceil(disk.sizeBytes / (tableEntries * clusterBytes));
  const l2Tables = countTables(runs);
  const l1Clusters = Math.max(1, Math.ceil((l1Entries * 8) / clusterBytes));
  const refcounts = sizeRefcounts(1 + l1Clusters + l2Tables + dataClusters);
  const l1Offset = (1 + refcounts.tableClusters + refcounts.blocks) * clusterBytes;
  const header = renderHeader({
    ...disk,
    l1Entries,
    l1Offset,
    refcountTableClusters: refcounts.tableClusters,
  });
  const mapping = renderMapping(runs, l1Offset, l1Clusters, l2Tables);
  return [
    { kind: 'bytes', bytes: header },
    { kind: 'bytes', bytes: renderRefcounts(refcounts) },
    { kind: 'bytes', bytes: mapping },
    ...runs.flatMap((run) => clusterPieces(run, disk.sizeBytes, disk.contents)),
  ];
}

interface ClusterRun {
  readonly first: number;
  readonly count: number;
}

function clusterRuns(ranges: readonly ByteRange[]): ClusterRun[] {
  const runs: { first: number; count: number }[] = [];
  for (const { offsetBytes, lengthBytes } of ranges) {
    const first = Math.floor(offsetBytes / clusterBytes);
    const end = Math.ceil((offsetBytes + lengthBytes) / clusterBytes);
    const last = runs.at(-1);
    if (last !== undefined && first <= last.first + last.count) {
      last.count = Math.max(last.count, end - last.first);
    } else runs.push({ first, count: end - first });
  }
  return runs;
}

function countTables(runs: readonly ClusterRun[]): number {
  return new Set(runs.flatMap(tablesOf)).size;
}

function tablesOf(run: ClusterRun): number[] {
  const first = Math.floor(run.first / tableEntries);
  const last = Math.floor((run.first + run.count - 1) / tableEntries);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

interface RefcountSizes {
  readonly totalClusters: number;
  readonly blocks: number;
  readonly tableClusters: number;
}

/** The refcounts count themselves, so their size is found by trying. */
function sizeRefcounts(otherClusters: number): RefcountSizes {
  let blocks = 1;
  for (;;) {
    const tableClusters = Math.ceil((blocks * 8) / clusterBytes);
    const totalClusters = otherClusters + blocks + tableClusters;
    const needed = Math.ceil(totalClusters / refcountsPerBlock);
    if (needed <= blocks) return { totalClusters, blocks, tableClusters };
    blocks = needed;
  }
}

function renderRefcounts({ totalClusters, blocks, tableClusters }: RefcountSizes): Buffer {
  const bytes = Buffer.alloc((tableClusters + blocks) * clusterBytes);
  for (let block = 0; block < blocks; block += 1) {
    bytes.writeBigUInt64BE(BigInt((1 + tableClusters + block) * clusterBytes), block * 8);
  }
  const counts = tableClusters * clusterBytes;
  for (let cluster = 0; cluster < totalClusters; cluster += 1) bytes.writeUInt16BE(1, counts + cluster * 2);
  return bytes;
}

function renderHeader(disk: {
  readonly sizeBytes: number;
  readonly backing?: Qcow2Backing;
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly refcountTableClusters: number;
}): Buffer {
  const header = Buffer.alloc(clusterBytes);
  header.write('QFI\xfb', 0, 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(clusterBits, 20);
  header.writeBigUInt64BE(BigInt(disk.sizeBytes), 24);
  header.writeUInt32BE(disk.l1Entries, 36);
  header.writeBigUInt64BE(BigInt(disk.l1Offset), 40);
  header.writeBigUInt64BE(BigInt(clusterBytes), 48);
  header.writeUInt32BE(disk.refcountTableClusters, 56);
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(headerBytes, 100);
  if (disk.backing !== undefined) writeBacking(header, disk.backing);
  return header;
}

/** The header extension 0xe2792aca names the format of the backing file; QEMU refuses to guess it. */
function writeBacking(header: Buffer, backing: Qcow2Backing): void {
  const path = Buffer.from(backing.path);
  if (path.length > 1023) {
    throw new HostError('base-path-too-long', `${backing.path} is too long a path for a thin disk to name`, {
      hint: 'choose a --cache with a path below 1023 bytes, or leave --backing out',
    });
  }
  header.writeUInt32BE(0xe2792aca, headerBytes);
  header.writeUInt32BE(backing.format.length, headerBytes + 4);
  header.write(backing.format, headerBytes + 8, 'latin1');
  const pathOffset = headerBytes + 8 + Math.ceil(backing.format.length / 8) * 8 + 8;
  header.writeBigUInt64BE(BigInt(pathOffset), 8);
  header.writeUInt32BE(path.length, 16);
  path.copy(header, pathOffset);
}

/** The L1 table and all L2 tables that are needed. */
function renderMapping(
  runs: readonly ClusterRun[],
  l1Offset: number,
  l1Clusters: number,
  l2Tables: number,
): Buffer {
  const bytes = Buffer.alloc((l1Clusters + l2Tables) * clusterBytes);
  let dataOffset = l1Offset + bytes.length;
  const places = new Map<number, number>();
  for (const run of runs) {
    for (let cluster = run.first; cluster < run.first + run.count; cluster += 1) {
      const table = Math.floor(cluster / tableEntries);
      let place = places.get(table);
      if (place === undefined) {
        place = (l1Clusters + places.size) * clusterBytes;
        places.set(table, place);
        bytes.writeBigUInt64BE(BigInt(l1Offset + place) | copied, table * 8);
      }
      bytes.writeBigUInt64BE(BigInt(dataOffset) | copied, place + (cluster % tableEntries) * 8);
      dataOffset += clusterBytes;
    }
  }
  return bytes;
}

function clusterPieces(
  run: ClusterRun,
  sizeBytes: number,
  contents: (offsetBytes: number, lengthBytes: number) => Piece[],
): Piece[] {
  const start = run.first * clusterBytes;
  const end = start + run.count * clusterBytes;
  const inside = Math.min(end, sizeBytes);
  const pieces = contents(start, inside - start);
  return end > inside ? [...pieces, { kind: 'zeros', lengthBytes: end - inside }] : pieces;
}
