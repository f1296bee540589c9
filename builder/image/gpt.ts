import { readUint64, type ByteSource } from './byte-source.ts';
import type { PartitionSlot, PartitionTable } from './partition-table.ts';

const unused = '00000000-0000-0000-0000-000000000000';
/** More entries than this is a damaged header, not a disk. */
const entryLimit = 1024;

/**
 * Reads the primary GUID partition table; null when there is none at this sector size.
 * Source: UEFI specification 2.10, chapter 5.3 (GPT header and entry array).
 */
export async function parseGpt(source: ByteSource, sectorSize: 512 | 4096): Promise<PartitionTable | null> {
  const header = await source.read(sectorSize, 512);
  if (header.toString('latin1', 0, 8) !== 'EFI PART') return null;
  const backupSector = readUint64(header, 32);
  const entriesSector = readUint64(header, 72);
  const entryCount = header.readUInt32LE(80);
  const entrySize = header.readUInt32LE(84);
  if (entryCount > entryLimit || entrySize < 128 || entrySize > 4096) return null;
  const entries = await source.read(entriesSector * sectorSize, entryCount * entrySize);
  const slots: PartitionSlot[] = [];
  for (let index = 0; index < entryCount; index += 1) {
    const slot = slotOf(entries.subarray(index * entrySize, (index + 1) * entrySize), index + 1, sectorSize);
    if (slot !== null) slots.push(slot);
  }
  const ends = slots.map((slot) => slot.offsetBytes + slot.sizeBytes);
  const neededBytes = Math.max((backupSector + 1) * sectorSize, ...ends);
  return { table: 'gpt', sectorSize, neededBytes, slots };
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
