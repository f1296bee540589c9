import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { DiskPlan, PlannedPartition } from './disk-plan.ts';

/** Bytes at a place of the disk. */
export type DiskPiece = readonly [offsetBytes: number, bytes: Buffer];

const entryCount = 128;
const entryBytes = 128;

/**
 * The partition table of a disk as bytes, written without a look at dlimage's own reading of it.
 * Source: UEFI specification 2.10, chapter 5; for the chain of logical partitions https://en.wikipedia.org/wiki/Extended_boot_record
 */
export function tablePieces(disk: DiskPlan): DiskPiece[] {
  if (disk.table === 'none') return [];
  if (disk.table === 'mbr') return mbrPieces(disk);
  const shown = disk.table === 'hybrid' ? disk.partitions.slice(0, 3) : [];
  return [[0, protectiveRecord(disk, shown)], ...gptPieces(disk)];
}

const mbrTypes = {
  root: 0x83,
  boot: 0x0c,
  data: 0x83,
  seed: 0x0e,
  swap: 0x82,
  empty: 0xda,
  'second-root': 0x83,
};

function record(type: number, start: number, sectors: number, isActive = false): Buffer {
  const bytes = Buffer.from([
    isActive ? 0x80 : 0,
    0xfe,
    0xff,
    0xff,
    type,
    0xfe,
    0xff,
    0xff,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  bytes.writeUInt32LE(start, 8);
  bytes.writeUInt32LE(Math.min(sectors, 0xffff_ffff), 12);
  return bytes;
}

function bootRecord(records: readonly (readonly [number, Buffer])[]): Buffer {
  const sector = Buffer.alloc(512);
  for (const [index, bytes] of records) bytes.copy(sector, 446 + 16 * index);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function mbrPieces({ partitions, sectorBytes }: DiskPlan): DiskPiece[] {
  const primary = partitions.filter(({ isLogical }) => !isLogical);
  const logical = partitions.filter(({ isLogical }) => isLogical);
  const records = primary.map(({ number, content, start, sectors }): [number, Buffer] => [
    number - 1,
    record(mbrTypes[content], start, sectors, content === 'boot'),
  ]);
  const [first] = logical;
  const last = logical.at(-1);
  const pieces: DiskPiece[] = [];
  if (first !== undefined && last !== undefined) {
    const free = [0, 1, 2, 3].find((index) => !records.some(([taken]) => taken === index)) ?? 3;
    const extended = first.start - recordDistance;
    records.push([free, record(0x0f, extended, last.start + last.sectors - extended)]);
    for (const [index, one] of logical.entries()) {
      const place = one.start - recordDistance;
      const next = logical[index + 1];
      const own: [number, Buffer] = [0, record(mbrTypes[one.content], recordDistance, one.sectors)];
      const chain: [number, Buffer][] =
        next === undefined
          ? []
          : [[1, record(0x05, next.start - recordDistance - extended, next.sectors + recordDistance)]];
      pieces.push([place * sectorBytes, bootRecord([own, ...chain])]);
    }
  }
  const head = bootRecord(records);
  head.writeUInt32LE(0x0a1b2c3d, 440);
  return [[0, head], ...pieces];
}

/** The record of a logical partition lies in the sector before it. */
const recordDistance = 1;

function protectiveRecord({ sizeBytes, sectorBytes }: DiskPlan, hybrid: readonly PlannedPartition[]): Buffer {
  const [first] = hybrid.map(({ start }) => start).toSorted((one, other) => one - other);
  const covered = (first ?? sizeBytes / sectorBytes) - 1;
  const shown = hybrid.map(({ content, start, sectors }, index): [number, Buffer] => [
    index + 1,
    record(mbrTypes[content], start, sectors),
  ]);
  return bootRecord([[0, record(0xee, 1, covered)], ...shown]);
}

const linuxData = '0fc63daf-8483-4772-8e79-3d69d8477de4';
const gptTypes = {
  root: linuxData,
  boot: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  data: linuxData,
  seed: 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7',
  swap: '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
  empty: linuxData,
  'second-root': linuxData,
};

function gptPieces(disk: DiskPlan): DiskPiece[] {
  const { sectorBytes, sizeBytes, partitions } = disk;
  const last = sizeBytes / sectorBytes - 1;
  const tableSectors = (entryCount * entryBytes) / sectorBytes;
  const entries = Buffer.alloc(entryCount * entryBytes);
  for (const { number, content, start, sectors } of partitions) {
    const place = (number - 1) * entryBytes;
    guid(gptTypes[content]).copy(entries, place);
    guid(randomUUID()).copy(entries, place + 16);
    entries.writeBigUInt64LE(BigInt(start), place + 32);
    entries.writeBigUInt64LE(BigInt(start + sectors - 1), place + 40);
    entries.write(`${content} ä`, place + 56, 'utf16le');
  }
  const header = (own: number, other: number, table: number): Buffer => {
    const bytes = Buffer.alloc(sectorBytes);
    bytes.write('EFI PART', 0, 'latin1');
    bytes.writeUInt32LE(0x10000, 8);
    bytes.writeUInt32LE(92, 12);
    const places = [own, other, 2 + tableSectors, last - tableSectors - 1];
    for (const [index, sector] of places.entries()) bytes.writeBigUInt64LE(BigInt(sector), 24 + 8 * index);
    guid('12345678-1234-4abc-8def-123456789abc').copy(bytes, 56);
    bytes.writeBigUInt64LE(BigInt(table), 72);
    bytes.writeUInt32LE(entryCount, 80);
    bytes.writeUInt32LE(entryBytes, 84);
    bytes.writeUInt32LE(crc32(entries), 88);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 92)), 16);
    return bytes;
  };
  return [
    [sectorBytes, header(1, last, 2)],
    [2 * sectorBytes, entries],
    [(last - tableSectors) * sectorBytes, entries],
    [last * sectorBytes, header(last, 1, last - tableSectors)],
  ];
}

/** The first three groups are little-endian. */
function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
