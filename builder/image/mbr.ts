import type { ByteSource } from './byte-source.ts';
import type { PartitionSlot, PartitionTable } from './partition-table.ts';

interface Record16 {
  readonly active: number;
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

const extendedTypes = [0x05, 0x0f, 0x85];
/** The kernel gives up after this many logical partitions, too. Source: block/partitions/msdos.c */
const logicalLimit = 100;

/**
 * Reads a master boot record with its logical partitions; null when sector 0 holds none.
 * Source: https://en.wikipedia.org/wiki/Master_boot_record, and util-linux libblkid/src/partitions/dos.c for the
 * numbering and the chain of extended records.
 */
export async function parseMbr(source: ByteSource, sectorSize: 512 | 4096): Promise<PartitionTable | null> {
  const sector = await source.read(0, 512);
  const records = readRecords(sector);
  if (records === null || !records.every((record) => record.active === 0 || record.active === 0x80))
    return null;
  if (records.every((record) => record.type === 0 || record.sectors === 0)) return null;
  const signature = sector.readUInt32LE(440).toString(16).padStart(8, '0');
  const slots: PartitionSlot[] = [];
  for (const [index, record] of records.entries()) {
    if (record.sectors === 0 || record.type === 0 || extendedTypes.includes(record.type)) continue;
    slots.push(slotOf(record, index + 1, 0, sectorSize, signature));
  }
  for (const record of records.filter(({ type }) => extendedTypes.includes(type))) {
    slots.push(...(await logicalSlots(source, record, sectorSize, signature)));
  }
  const ends = records.map((record) => (record.start + record.sectors) * sectorSize);
  return { table: 'mbr', sectorSize, neededBytes: Math.max(...ends), slots };
}

async function logicalSlots(
  source: ByteSource,
  extended: Record16,
  sectorSize: number,
  signature: string,
): Promise<PartitionSlot[]> {
  const slots: PartitionSlot[] = [];
  let recordSector = extended.start;
  for (let step = 0; step < logicalLimit; step += 1) {
    const records = readRecords(await source.read(recordSector * sectorSize, 512));
    if (records === null) break;
    for (const record of records) {
      if (record.sectors === 0 || record.type === 0 || extendedTypes.includes(record.type)) continue;
      slots.push(slotOf(record, 5 + slots.length, recordSector, sectorSize, signature));
    }
    const next = records.find((record) => record.sectors > 0 && extendedTypes.includes(record.type));
    if (next === undefined) break;
    recordSector = extended.start + next.start;
  }
  return slots;
}

function readRecords(sector: Buffer): Record16[] | null {
  if (sector.readUInt16LE(510) !== 0xaa55) return null;
  return [446, 462, 478, 494].map((position) => ({
    active: sector.readUInt8(position),
    type: sector.readUInt8(position + 4),
    start: sector.readUInt32LE(position + 8),
    sectors: sector.readUInt32LE(position + 12),
  }));
}

function slotOf(
  record: Record16,
  number: number,
  originSector: number,
  sectorSize: number,
  signature: string,
): PartitionSlot {
  return {
    number,
    offsetBytes: (originSector + record.start) * sectorSize,
    sizeBytes: record.sectors * sectorSize,
    type: record.type.toString(16).padStart(2, '0'),
    name: '',
    partuuid: `${signature}-${number.toString(16).padStart(2, '0')}`,
  };
}
