import { appendFileSync, closeSync, openSync, readSync, truncateSync } from 'node:fs';
import type { DiskPlan, PlannedPartition } from './disk-plan.ts';
import type { ImagePlan } from './image-plan.ts';
import { writeAt } from './make-ext.ts';
import { tablePieces } from './write-table.ts';

/** Spoils a disk as planned, and gives it the bytes behind its last whole sector. */
export function spoilDisk({ disk }: ImagePlan, path: string): void {
  if (disk.oddBytes > 0) appendFileSync(path, Buffer.alloc(disk.oddBytes, 'x'));
  const { sectorBytes, partitions, sizeBytes } = disk;
  switch (disk.fault) {
    case 'overlap':
      rewrite(path, { ...disk, partitions: overlapping(partitions) });
      return;
    case 'beyond-end':
      rewrite(path, { ...disk, partitions: longer(partitions, sizeBytes / sectorBytes) });
      return;
    case 'root-cut':
      rewrite(path, {
        ...disk,
        partitions: partitions.map((one) =>
          one.content === 'root' ? { ...one, sectors: one.sectors / 2 } : one,
        ),
      });
      return;
    case 'cut':
      truncateSync(path, cutAt(disk));
      return;
    case 'header-checksum':
      return turn(path, sectorBytes + 60);
    case 'entries-checksum':
      return turn(path, 2 * sectorBytes + 300);
    case 'no-protective-mbr':
      return writeAt(path, 0, Buffer.alloc(512));
    case 'only-backup':
      return writeAt(path, sectorBytes, Buffer.alloc(sectorBytes * 3));
    default:
  }
}

function rewrite(path: string, disk: DiskPlan): void {
  for (const [offset, bytes] of tablePieces(disk)) writeAt(path, offset, bytes);
}

/** The second partition begins in the last sectors of the first. */
function overlapping(partitions: readonly PlannedPartition[]): PlannedPartition[] {
  const [first, second] = partitions;
  if (first === undefined || second === undefined) return [...partitions];
  return partitions.map((one) => (one === first ? { ...one, sectors: second.start - one.start + 8 } : one));
}

function longer(partitions: readonly PlannedPartition[], sectors: number): PlannedPartition[] {
  const last = partitions.at(-1);
  return partitions.map((one) => (one === last ? { ...one, sectors: sectors - one.start + 5000 } : one));
}

/** In the middle of what lies last. */
function cutAt({ partitions, sectorBytes }: DiskPlan): number {
  const last = partitions.at(-1);
  return last === undefined ? 512 : (last.start + Math.floor(last.sectors / 2)) * sectorBytes;
}

function turn(path: string, offsetBytes: number): void {
  const byte = Buffer.alloc(1);
  const file = openSync(path, 'r');
  readSync(file, byte, 0, 1, offsetBytes);
  closeSync(file);
  writeAt(path, offsetBytes, Buffer.of(byte.readUInt8(0) ^ 0xff));
}
