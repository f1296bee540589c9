import type { ByteSource } from './byte-source.ts';
import type { PartitionTable, PartitionSlot } from './layout.ts';

interface Record16 {
  readonly active: number;
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

const extendedTypes = [0x05, 0x0f, 0x85];
/** Covers a disk with a GPT for those who do not know it. */
const protectiveType = 0xee;
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
  // A disk of a GPT, whether that one is sound or not: Linux reads no MBR there, either.
  if (records.some(({ type }) => type === protectiveType)) return null;
  const signature = sector.readUInt32LE(440).toString(16).padStart(8, '0');
  const slots: PartitionSlot[] = [];
  for (const [index, record] of records.entries()) {
    if (record.sectors === 0 || record.type === 0 || extendedTypes.includes(record.type)) continue;
    slots.push(slotOf(record, index + 1, 0, sectorSize, signature));
  }
  for (const record of records.filter(({ type }) => extendedTypes.includes(type))) {
    const logical = await logicalRecords(source, record, sectorSize);
    // The numbers go on when there are two extended partitions.
    const taken = slots.filter(({ number }) => number > 4).length;
    slots.push(
      ...logical.map(([one, origin], index) => slotOf(one, 5 + taken + index, origin, sectorSize, signature)),
    );
  }
  const ends = [
    ...records.map((record) => (record.start + record.sectors) * sectorSize),
    ...slots.map((slot) => slot.offsetBytes + slot.sizeBytes),
  ];
  return { table: 'mbr', sectorSize, neededBytes: Math.max(...ends), slots };
}

/** True for a first sector that says that a GPT follows. Source: is_pmbr_valid in block/partitions/efi.c of Linux */
export function hasProtectiveRecord(sector: Buffer): boolean {
  return readRecords(sector)?.some(({ type, start }) => type === protectiveType && start === 1) === true;
}

/** The records of logical partitions, each with the sector that its start counts from. */
async function logicalRecords(
  source: ByteSource,
  extended: Record16,
  sectorSize: number,
): Promise<(readonly [Record16, number])[]> {
  const found: (readonly [Record16, number])[] = [];
  let recordSector = extended.start;
  for (let step = 0; step < logicalLimit; step += 1) {
    const records = readRecords(await source.read(recordSector * sectorSize, 512));
    if (records === null) break;
    for (const record of records) {
      if (record.sectors === 0 || record.type === 0 || extendedTypes.includes(record.type)) continue;
      found.push([record, recordSector]);
    }
    const next = records.find((record) => record.sectors > 0 && extendedTypes.includes(record.type));
    if (next === undefined) break;
    recordSector = extended.start + next.start;
  }
  return found;
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
