import { isPlainFileName, isSha256 } from '../image/plain-file-name.ts';

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
  /** The shared layer, then the node's own: a later layer wins. */
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

/** Why a header cannot be used, in words. */
export interface BrokenHeader {
  readonly problem: string;
}

/**
 * Parses the header. Everything in it is checked, since a patch may come from anywhere: what becomes a name is a plain
 * file name, what is shown is one line, sizes and ranges fit the image.
 */
export function parseDlpatchHeader(json: Buffer): DlpatchHeader | BrokenHeader {
  let header: unknown;
  try {
    header = JSON.parse(json.toString('utf8'));
  } catch {
    return { problem: 'its header is not JSON' };
  }
  if (!isRecord(header)) return { problem: 'its header is not a JSON object' };
  const broken = headerChecks.find(({ isRight }) => !isRight(header));
  return broken === undefined ? (header as unknown as DlpatchHeader) : { problem: broken.problem };
}

interface HeaderCheck {
  readonly problem: string;
  readonly isRight: (header: Readonly<Record<string, unknown>>) => boolean;
}

/** In this order: a later check relies on the earlier ones. */
const headerChecks: readonly HeaderCheck[] = [
  { problem: 'its header does not name its base', isRight: ({ base }) => isRecord(base) && isBase(base) },
  {
    problem: 'the name of its image is not a plain file name',
    isRight: ({ image }) => isRecord(image) && isPlainFileName(image['name']),
  },
  {
    problem: 'its image has another size than its base',
    isRight: ({ base, image }) =>
      isRecord(base) && isRecord(image) && image['sizeBytes'] === base['sizeBytes'],
  },
  {
    problem: 'it does not have two layers',
    isRight: ({ layers }) => Array.isArray(layers) && layers.length === 2 && layers.every(isRecord),
  },
  {
    problem: 'the ranges of its layers do not fit its image',
    isRight: ({ base, layers }) =>
      (layers as Record<string, unknown>[]).every((layer) =>
        isSound(layer, (base as DlpatchHeader['base']).sizeBytes),
      ),
  },
];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBase({ sha256, sizeBytes, key, name }: Record<string, unknown>): boolean {
  return isSha256(sha256) && isLength(sizeBytes) && isPlainFileName(key) && isPlainFileName(name);
}

function isSound({ ranges, compressedBytes }: Record<string, unknown>, sizeBytes: number): boolean {
  if (!isLength(compressedBytes) || !Array.isArray(ranges)) return false;
  let position = 0;
  for (const range of ranges as unknown[]) {
    if (!Array.isArray(range) || range.length !== 2) return false;
    const [offsetBytes, lengthBytes] = range as unknown[];
    if (!Number.isSafeInteger(offsetBytes) || !isLength(lengthBytes)) return false;
    if ((offsetBytes as number) < position) return false;
    position = (offsetBytes as number) + lengthBytes;
  }
  return position <= sizeBytes;
}

/** A number of bytes that is at least one: an empty deflate stream has two. */
function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
