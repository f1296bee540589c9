import { crc32 } from 'node:zlib';
import { readUint64, type ByteSource } from './byte-source.ts';
import type { ImageLayout, ImagePartition } from './layout.ts';

/** Bytes to be written into an image. */
export interface TableWrite {
  readonly offsetBytes: number;
  readonly bytes: Buffer;
}

/** Growth of an image: its new size, and the changes to its partition table. */
export interface TableGrowth {
  readonly sizeBytes: number;
  readonly writes: readonly TableWrite[];
}

const mebibyte = 1024 * 1024;
const protectiveType = 0xee;
const extendedTypes = [0x05, 0x0f, 0x85];
/** As in `mbr.ts`. */
const logicalLimit = 100;

/**
 * Plans to give the last partition of an image `growthBytes` more, a multiple of the sector size, at the image's end.
 * Null when another partition lies behind it. The new space is all zeros.
 * Source: as `gpt.ts` and `mbr.ts`; the backup of a GPT goes to the new end, the old one is wiped.
 */
export async function planTableGrowth(
  source: ByteSource,
  layout: ImageLayout,
  partition: ImagePartition,
  growthBytes: number,
): Promise<TableGrowth | null> {
  if (layout.partitions.some(({ offsetBytes }) => offsetBytes > partition.offsetBytes)) return null;
  const endBytes = partition.offsetBytes + partition.sizeBytes + growthBytes;
  const place = { source, layout, partition, endBytes };
  if (layout.table === 'none') return { sizeBytes: endBytes, writes: [] };
  if (layout.table === 'gpt') return await gptGrowth(place);
  return { sizeBytes: Math.max(layout.sizeBytes, endBytes), writes: await mbrWrites(place) };
}

interface Place {
  readonly source: ByteSource;
  readonly layout: ImageLayout;
  readonly partition: ImagePartition;
  readonly endBytes: number;
}

/** A primary partition has one length; a logical one is also part of the extended partition and of a chain of records. */
async function mbrWrites({ source, layout, partition, endBytes }: Place): Promise<TableWrite[]> {
  const { sectorSize } = layout;
  const endSector = endBytes / sectorSize;
  const primary = await source.read(0, 512);
  if (partition.number <= 4) return [recordWrite(primary, 0, partition.number - 1, 0, endSector)];
  const start = partition.offsetBytes / sectorSize;
  for (const container of recordsOf(primary).filter(({ type }) => extendedTypes.includes(type))) {
    const outer = recordWrite(primary, 0, container.index, 0, endSector);
    const inner = await chainWrites(source, sectorSize, container.start, start, endSector);
    if (inner !== null) return [outer, ...inner];
  }
  throw new Error(`partition ${partition.number} is not in the chain of logical partitions`);
}

/** Changes to the chain of one extended partition; null when the logical partition is not in it. */
async function chainWrites(
  source: ByteSource,
  sectorSize: number,
  containerStart: number,
  start: number,
  endSector: number,
): Promise<TableWrite[] | null> {
  let recordSector = containerStart;
  let link: TableWrite[] = [];
  for (let step = 0; step < logicalLimit; step += 1) {
    const bytes = await source.read(recordSector * sectorSize, 512);
    const records = recordsOf(bytes).filter(({ sectors }) => sectors > 0);
    const data = records.find(
      (record) => !extendedTypes.includes(record.type) && recordSector + record.start === start,
    );
    if (data !== undefined)
      return [...link, recordWrite(bytes, recordSector * sectorSize, data.index, recordSector, endSector)];
    const next = records.find(({ type }) => extendedTypes.includes(type));
    if (next === undefined) return null;
    // The link to the last record covers the last partition.
    link = [recordWrite(bytes, recordSector * sectorSize, next.index, containerStart, endSector)];
    recordSector = containerStart + next.start;
  }
  return null;
}

interface Record16 {
  readonly index: number;
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

function recordsOf(sector: Buffer): Record16[] {
  return [0, 1, 2, 3].map((index) => ({
    index,
    type: sector.readUInt8(446 + index * 16 + 4),
    start: sector.readUInt32LE(446 + index * 16 + 8),
    sectors: sector.readUInt32LE(446 + index * 16 + 12),
  }));
}

/** Makes a record end at `endSector`; its start counts from `originSector`. */
function recordWrite(
  sector: Buffer,
  sectorOffsetBytes: number,
  index: number,
  originSector: number,
  endSector: number,
): TableWrite {
  const position = 446 + index * 16;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(endSector - originSector - sector.readUInt32LE(position + 8));
  return { offsetBytes: sectorOffsetBytes + position + 12, bytes };
}

async function gptGrowth(place: Place): Promise<TableGrowth> {
  const { source, layout, partition, endBytes } = place;
  const { sectorSize } = layout;
  const primary = await source.read(sectorSize, sectorSize);
  const entryBytes = primary.readUInt32LE(80) * primary.readUInt32LE(84);
  const entries = await source.read(readUint64(primary, 72) * sectorSize, entryBytes);
  const entrySectors = Math.ceil(entryBytes / sectorSize);
  // A whole MiB for the backup keeps the size even.
  const sizeBytes = Math.ceil(endBytes / mebibyte) * mebibyte + mebibyte;
  const lastSector = sizeBytes / sectorSize - 1;
  const oldBackup = readUint64(primary, 32) * sectorSize;
  const position = (partition.number - 1) * primary.readUInt32LE(84) + 40;
  entries.writeBigUInt64LE(BigInt(endBytes / sectorSize - 1), position);
  primary.writeBigUInt64LE(BigInt(lastSector), 32);
  primary.writeBigUInt64LE(BigInt(lastSector - entrySectors - 1), 48);
  primary.writeUInt32LE(crc32(entries), 88);
  const backup = Buffer.from(primary);
  backup.writeBigUInt64LE(BigInt(lastSector), 24);
  backup.writeBigUInt64LE(1n, 32);
  backup.writeBigUInt64LE(BigInt(lastSector - entrySectors), 72);
  return {
    sizeBytes,
    writes: [
      { offsetBytes: oldBackup, bytes: Buffer.alloc(512) },
      { offsetBytes: readUint64(primary, 72) * sectorSize, bytes: entries },
      { offsetBytes: sectorSize, bytes: withChecksum(primary) },
      { offsetBytes: (lastSector - entrySectors) * sectorSize, bytes: entries },
      { offsetBytes: lastSector * sectorSize, bytes: withChecksum(backup) },
      ...(await protectiveWrites(place, lastSector)),
    ],
  };
}

function withChecksum(header: Buffer): Buffer {
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, header.readUInt32LE(12))), 16);
  return header;
}

/**
 * The record of an MBR that covers the disk for those who do not know GPT. In a hybrid MBR other records stand for
 * partitions of the GPT, and it covers but the space before them: there the record of the grown partition grows with it.
 */
async function protectiveWrites(place: Place, lastSector: number): Promise<TableWrite[]> {
  const { source, layout, partition, endBytes } = place;
  const sector = await source.read(0, 512);
  const records = recordsOf(sector).filter(({ type, sectors }) => type !== 0 && sectors > 0);
  const start = partition.offsetBytes / layout.sectorSize;
  const isHybrid = records.some(({ type }) => type !== protectiveType);
  const growing = isHybrid
    ? records.find((record) => record.type !== protectiveType && record.start === start)
    : records.find((record) => record.start === 1);
  const isLast = records.every((record) => growing === undefined || record.start <= growing.start);
  const endSector = Math.min(isHybrid ? endBytes / layout.sectorSize : lastSector + 1, 0xffff_ffff);
  return growing === undefined || !isLast ? [] : [recordWrite(sector, 0, growing.index, 0, endSector)];
}
