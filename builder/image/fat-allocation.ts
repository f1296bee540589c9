import type { ByteSource } from './byte-source.ts';
import { clusterOffset, parseFatGeometry } from './fat-geometry.ts';
import { readFatTable } from './fat-table.ts';
import type { ByteRange } from './ranges.ts';

/**
 * Ranges that a FAT filesystem has in use: everything before the data area (boot sectors, tables, root directory of
 * FAT12 and FAT16), and every cluster that its table does not call free.
 *
 * @returns null when there is no FAT filesystem.
 */
export async function fatAllocation(source: ByteSource): Promise<ByteRange[] | null> {
  const geometry = parseFatGeometry(await source.read(0, 512));
  if (geometry === null) return null;
  const table = await readFatTable(source, geometry);
  const ranges: ByteRange[] = [{ offsetBytes: 0, lengthBytes: geometry.dataOffsetBytes }];
  let start = -1;
  for (let cluster = 2; cluster <= geometry.clusters + 2; cluster += 1) {
    const isUsed = cluster < geometry.clusters + 2 && table.link(cluster) !== 0;
    if (isUsed && start < 0) start = cluster;
    if (isUsed || start < 0) continue;
    const lengthBytes = (cluster - start) * geometry.clusterBytes;
    ranges.push({ offsetBytes: clusterOffset(geometry, start), lengthBytes });
    start = -1;
  }
  return ranges;
}
