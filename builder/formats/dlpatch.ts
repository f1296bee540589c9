/**
 * A `.dlpatch` is all that makes one image out of its base:
 *
 * | bytes | what                                                                                  |
 * | ----- | ------------------------------------------------------------------------------------- |
 * | 8     | `dlpatch` and the byte 1, the version                                                 |
 * | 4     | length of the header, little-endian                                                   |
 * |       | header: JSON, see `DlpatchHeader`                                                     |
 * |       | for each layer the bytes of its ranges, one after the other, as a raw deflate stream |
 * | 32    | SHA-256 of everything before                                                          |
 *
 * It holds no time and no name of the host: the same image gives the same bytes.
 */
export interface DlpatchHeader {
  readonly base: {
    /** SHA-256 of the base image that the patch belongs to, hexadecimal. */
    readonly sha256: string;
    readonly sizeBytes: number;
    /** Key and name of the base, for the user. */
    readonly key: string;
    readonly name: string;
  };
  /** The image that comes out. */
  readonly image: { readonly name: string; readonly sizeBytes: number };
  /** What the cluster shares, then what is the node's own: a later layer wins. */
  readonly layers: readonly DlpatchLayer[];
}

/** One layer of changes. */
export interface DlpatchLayer {
  /** Offset and length in bytes of each range, sorted, not overlapping. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Length of the layer's deflate stream. */
  readonly compressedBytes: number;
}

/** Bytes before the header, and behind the last range. */
export const dlpatchPrefixBytes = 12;
export const dlpatchDigestBytes = 32;
const magic = Buffer.from('dlpatch\x01', 'latin1');
/** A header of more than this is damage, not a patch. */
const headerLimitBytes = 64 * 1024 * 1024;

/** Renders what stands before the ranges' bytes. */
export function renderDlpatchHeader(header: DlpatchHeader): Buffer {
  const json = Buffer.from(`${JSON.stringify(header)}\n`);
  const prefix = Buffer.alloc(dlpatchPrefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(json.length, magic.length);
  return Buffer.concat([prefix, json]);
}

/** Length of the header, from the first 12 bytes; null when they do not begin a patch. */
export function parseDlpatchPrefix(prefix: Buffer): number | null {
  if (prefix.length < dlpatchPrefixBytes || !prefix.subarray(0, magic.length).equals(magic)) return null;
  const lengthBytes = prefix.readUInt32LE(magic.length);
  return lengthBytes <= headerLimitBytes ? lengthBytes : null;
}

/** Parses the header; null when it is none, or its ranges do not fit the image. */
export function parseDlpatchHeader(json: Buffer): DlpatchHeader | null {
  try {
    const header = JSON.parse(json.toString('utf8')) as DlpatchHeader;
    const isWhole =
      isDigest(header.base.sha256) &&
      typeof header.base.name === 'string' &&
      Number.isSafeInteger(header.base.sizeBytes) &&
      Number.isSafeInteger(header.image.sizeBytes) &&
      header.layers.every((layer) => isSound(layer, header.image.sizeBytes));
    return isWhole ? header : null;
  } catch {
    return null;
  }
}

function isSound({ ranges, compressedBytes }: DlpatchLayer, sizeBytes: number): boolean {
  let position = 0;
  for (const [offsetBytes, lengthBytes] of ranges) {
    if (!Number.isSafeInteger(offsetBytes) || !Number.isSafeInteger(lengthBytes)) return false;
    if (offsetBytes < position || lengthBytes <= 0) return false;
    position = offsetBytes + lengthBytes;
  }
  return position <= sizeBytes && Number.isSafeInteger(compressedBytes) && compressedBytes >= 0;
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
