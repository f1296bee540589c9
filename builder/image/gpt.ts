import { crc32 } from 'node:zlib';
import { readUint64, type ByteSource } from './byte-source.ts';
import { hasProtectiveRecord } from './mbr.ts';
import type { PartitionTable, PartitionSlot } from './layout.ts';

const unused = '00000000-0000-0000-0000-000000000000';
/** More entries than this is a damaged header, not a disk. */
const entryLimit = 1024;
/** UEFI allows more, Linux does not. Source: is_gpt_valid in block/partitions/efi.c */
const entryBytes = 128;

/** The header and the entries of a GPT, or why they cannot be relied on, in words that follow "it" or "its". */
type Gpt = { readonly header: Buffer; readonly entries: Buffer } | { readonly damage: string };

/**
 * Reads the primary GUID partition table; null when there is none at this sector size that Linux and UEFI would use: it
 * has right checksums, and a protective MBR before it.
 * Source: UEFI specification 2.10, chapter 5.3 (GPT header and entry array).
 */
export async function parseGpt(source: ByteSource, sectorSize: 512 | 4096): Promise<PartitionTable | null> {
  if (!hasProtectiveRecord(await source.read(0, 512))) return null;
  const gpt = await readGpt(source, sectorSize);
  if (gpt === null || 'damage' in gpt) return null;
  const { header, entries } = gpt;
  const slots = slotsOf(entries, sectorSize);
  const ends = slots.map((slot) => slot.offsetBytes + slot.sizeBytes);
  const neededBytes = Math.max((readUint64(header, 32) + 1) * sectorSize, ...ends);
  return { table: 'gpt', sectorSize, neededBytes, slots };
}

/**
 * Says why the GPT of an image cannot be used, as the end of a sentence about the image; null when it can be, or when
 * there is none and nothing says that there should be one.
 */
export async function findGptDamage(source: ByteSource): Promise<string | null> {
  const start = await source.read(0, 512);
  const tables = [await readGpt(source, 512), await readGpt(source, 4096)].filter((table) => table !== null);
  const isSound = tables.some((table) => !('damage' in table));
  if (!hasProtectiveRecord(start)) {
    const isEmpty = start.every((byte) => byte === 0);
    return isSound && isEmpty ? 'it has no protective MBR' : null;
  }
  if (isSound) return null;
  const damaged = tables.find((table) => 'damage' in table);
  if (damaged !== undefined) return damaged.damage;
  for (const sectorSize of [512, 4096] as const) {
    if (source.sizeBytes < sectorSize) continue;
    if (isHeader(await source.read(source.sizeBytes - sectorSize, 512)))
      return 'only its backup at the end of the image is left';
  }
  return 'only its protective MBR is left';
}

function isHeader(sector: Buffer): boolean {
  return sector.toString('latin1', 0, 8) === 'EFI PART';
}

async function readGpt(source: ByteSource, sectorSize: 512 | 4096): Promise<Gpt | null> {
  const header = await source.read(sectorSize, sectorSize);
  if (!isHeader(header)) return null;
  const headerBytes = header.readUInt32LE(12);
  if (headerBytes < 92 || headerBytes > sectorSize) return { damage: 'its header has an impossible length' };
  const summed = Buffer.from(header.subarray(0, headerBytes));
  summed.writeUInt32LE(0, 16);
  if (crc32(summed) !== header.readUInt32LE(16)) return { damage: 'its header has a wrong checksum' };
  if (readUint64(header, 24) !== 1) return { damage: 'its header was made for another place on the disk' };
  const entryCount = header.readUInt32LE(80);
  if (entryCount > entryLimit || header.readUInt32LE(84) !== entryBytes)
    return { damage: `it has entries of another shape than Linux knows (${entryBytes} bytes each)` };
  const entries = await source.read(readUint64(header, 72) * sectorSize, entryCount * entryBytes);
  if (crc32(entries) !== header.readUInt32LE(88))
    return { damage: 'its list of partitions has a wrong checksum' };
  const backwards = slotsOf(entries, sectorSize).find(({ sizeBytes }) => sizeBytes <= 0);
  if (backwards !== undefined) return { damage: `its partition ${backwards.number} ends before it begins` };
  return { header, entries };
}

function slotsOf(entries: Buffer, sectorSize: number): PartitionSlot[] {
  return Array.from({ length: entries.length / entryBytes }, (_, index) =>
    slotOf(entries.subarray(index * entryBytes, (index + 1) * entryBytes), index + 1, sectorSize),
  ).filter((slot) => slot !== null);
}

function slotOf(entry: Buffer, number: number, sectorSize: number): PartitionSlot | null {
  const type = readGuid(entry, 0);
  if (type === unused) return null;
  const firstSector = readUint64(entry, 32);
  const lastSector = readUint64(entry, 40);
  return {
    number,
    offsetBytes: firstSector * sectorSize,
    sizeBytes: (lastSector - firstSector + 1) * sectorSize,
    type,
    name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
    partuuid: readGuid(entry, 16),
  };
}

/** The first three groups of a GUID are little-endian, the last two are as written. */
function readGuid(bytes: Buffer, position: number): string {
  const hex = (start: number, end: number) => bytes.toString('hex', position + start, position + end);
  const reversed = (start: number, end: number) =>
    Buffer.from(bytes.subarray(position + start, position + end).toReversed()).toString('hex');
  return [reversed(0, 4), reversed(4, 6), reversed(6, 8), hex(8, 10), hex(10, 16)].join('-');
}
