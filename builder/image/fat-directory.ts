/** One file or directory as its parent names it. */
export interface FatEntry {
  /** The long name where there is one, else the short name in the case that Windows NT flags give it. */
  readonly name: string;
  /** Every name that finds this entry, in lower case. */
  readonly names: readonly string[];
  readonly isDirectory: boolean;
  readonly isReadOnly: boolean;
  /** First cluster; 0 for an empty file. */
  readonly cluster: number;
  readonly sizeBytes: number;
  /** Local time of the writer taken as UTC, in seconds since 1970; the resolution is two seconds. */
  readonly mtimeSeconds: number;
}

const recordBytes = 32;
const attribute = { readOnly: 0x01, volumeLabel: 0x08, directory: 0x10, longName: 0x0f } as const;
const lowerCase = { base: 0x08, extension: 0x10 } as const;

/**
 * Parses a directory's bytes. `.` and `..` are left out.
 * Source: Microsoft FAT specification ("fatgen103"), sections 6 and 7; the case flags in byte 12 are Windows NT's.
 */
export function parseFatDirectory(bytes: Buffer): { entries: FatEntry[]; label: string | null } {
  const entries: FatEntry[] = [];
  let label: string | null = null;
  let longName: string[] = [];
  for (let position = 0; position + recordBytes <= bytes.length; position += recordBytes) {
    const record = bytes.subarray(position, position + recordBytes);
    const first = record.readUInt8(0);
    if (first === 0) break;
    const attributes = record.readUInt8(11);
    if (first === 0xe5) {
      longName = [];
    } else if ((attributes & 0x3f) === attribute.longName) {
      // The parts come last first; 0x40 marks the first that is met.
      longName = (first & 0x40) === 0 ? [longNamePart(record), ...longName] : [longNamePart(record)];
    } else {
      const short = shortName(record);
      if ((attributes & attribute.volumeLabel) !== 0) label = record.toString('latin1', 0, 11).trimEnd();
      else if (short !== '.' && short !== '..') entries.push(entryOf(record, short, longName.join('')));
      longName = [];
    }
  }
  return { entries, label };
}

function entryOf(record: Buffer, short: string, long: string): FatEntry {
  const name = long === '' ? short : long;
  const isDirectory = (record.readUInt8(11) & attribute.directory) !== 0;
  return {
    name,
    names: [...new Set([name.toLowerCase(), short.toLowerCase()])],
    isDirectory,
    isReadOnly: (record.readUInt8(11) & attribute.readOnly) !== 0,
    cluster: record.readUInt16LE(20) * 0x10000 + record.readUInt16LE(26),
    sizeBytes: isDirectory ? 0 : record.readUInt32LE(28),
    mtimeSeconds: readTime(record.readUInt16LE(24), record.readUInt16LE(22)),
  };
}

function longNamePart(record: Buffer): string {
  const units = Buffer.concat([record.subarray(1, 11), record.subarray(14, 26), record.subarray(28, 32)]);
  const text = units.toString('utf16le');
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

function shortName(record: Buffer): string {
  const flags = record.readUInt8(12);
  const bytes = Buffer.from(record.subarray(0, 11));
  // 0x05 stands for 0xe5, which as a first byte would mean "deleted".
  if (bytes[0] === 0x05) bytes[0] = 0xe5;
  const cased = (text: string, flag: number) => ((flags & flag) === 0 ? text : text.toLowerCase());
  const base = cased(bytes.toString('latin1', 0, 8).trimEnd(), lowerCase.base);
  const extension = cased(bytes.toString('latin1', 8, 11).trimEnd(), lowerCase.extension);
  return extension === '' ? base : `${base}.${extension}`;
}

function readTime(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 0xf, date & 0x1f];
  const [hour, minute, second] = [time >> 11, (time >> 5) & 0x3f, (time & 0x1f) * 2];
  return Date.UTC(year, Math.max(month, 1) - 1, Math.max(day, 1), hour, minute, second) / 1000;
}
