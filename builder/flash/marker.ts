import { crc32c } from '../image/crc32c.ts';

/** What is being written to a card, until all of it is there. */
export interface Marker {
  readonly node: string;
  readonly cluster: string;
  /** Of the raw image, in hexadecimal. */
  readonly imageSha256: string;
  /** When the writing began, in seconds since 1970. */
  readonly beganSeconds: number;
}

/** The marker lies at byte 512: behind an MBR, and where a GPT has its header. It is overwritten by the image's first MiB. */
export const markerOffsetBytes = 512;
export const markerBytes = 512;

/** Magic with the version of the format, 16 bytes. */
const magic = Buffer.from('dlimage-flash-1\n', 'latin1');
const checksumOffset = markerBytes - 4;

/**
 * A marker as a sector: magic, JSON padded with zeros, CRC-32C of all before it (little-endian).
 *
 * @throws RangeError for names that do not fit
 */
export function encodeMarker({ node, cluster, imageSha256, beganSeconds }: Marker): Buffer {
  const text = Buffer.from(JSON.stringify({ node, cluster, imageSha256, beganSeconds }));
  if (magic.length + text.length > checksumOffset) throw new RangeError(`a marker of ${text.length} bytes`);
  const sector = Buffer.alloc(markerBytes);
  magic.copy(sector);
  text.copy(sector, magic.length);
  sector.writeUInt32LE(crc32c(sector.subarray(0, checksumOffset)), checksumOffset);
  return sector;
}

/** The marker of a sector; null for any other sector, also for a damaged marker. */
export function decodeMarker(sector: Uint8Array): Marker | null {
  const bytes = Buffer.from(sector.buffer, sector.byteOffset, sector.byteLength);
  if (bytes.length < markerBytes || !bytes.subarray(0, magic.length).equals(magic)) return null;
  if (bytes.readUInt32LE(checksumOffset) !== crc32c(bytes.subarray(0, checksumOffset))) return null;
  const text = bytes.subarray(magic.length, checksumOffset);
  const end = text.indexOf(0);
  try {
    return markerIn(JSON.parse(text.toString('utf8', 0, end < 0 ? text.length : end)));
  } catch {
    return null;
  }
}

function markerIn(value: unknown): Marker | null {
  if (typeof value !== 'object' || value === null) return null;
  const { node, cluster, imageSha256, beganSeconds } = value as Partial<Record<keyof Marker, unknown>>;
  if (typeof node !== 'string' || typeof cluster !== 'string') return null;
  if (typeof imageSha256 !== 'string' || !/^[0-9a-f]{64}$/.test(imageSha256)) return null;
  if (typeof beganSeconds !== 'number' || !Number.isSafeInteger(beganSeconds)) return null;
  return { node, cluster, imageSha256, beganSeconds };
}
