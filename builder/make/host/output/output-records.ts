import type { Manifest } from '../../../cluster/generated/manifest.ts';
import { buildFormats } from '../../../image/image-format.ts';
import { isPlainFileName, isSha256 } from '../../../image/plain-file-name.ts';
import { HostError } from '../../../report/errors.ts';

export type ManifestNode = Manifest['nodes'][number];
export type SharedImage = NonNullable<Manifest['shared']>;
/** A manifest entry with files of its own: a node, or the image for all nodes. */
export type ManifestItem = ManifestNode | SharedImage;
export type ManifestFile = ManifestNode['files'][number];

/** The part of a manifest that is not about single items. */
export type ManifestHeader = Pick<Manifest, 'dlimage' | 'cluster'>;

/** A node or shared image that was built, with what the manifest must say for it to be understood. */
export interface OutputRecord {
  readonly header: ManifestHeader;
  readonly base: Manifest['bases'][number];
  readonly node: ManifestItem;
}

/**
 * Parses `manifest.json`. Names in it become paths, so each is a plain file name.
 *
 * @throws HostError `manifest-damaged`
 */
export function parseManifest(text: string, file: string): Manifest {
  const manifest = parseJson(text);
  const isSound =
    isRecord(manifest) &&
    manifest['version'] === 1 &&
    isHeader(manifest) &&
    isListOf(manifest['bases'], isBase) &&
    isListOf(manifest['nodes'], isItem) &&
    (manifest['shared'] === undefined || isItem(manifest['shared']));
  if (isSound) return manifest as unknown as Manifest;
  throw new HostError('manifest-damaged', `${file} is not a manifest that this dlimage can read`, {
    hint: 'move it away; images beside it are then treated as foreign and not overwritten',
  });
}

/** Records of a journal, and the number of its lines that cannot be read. */
export interface Journal {
  readonly records: readonly OutputRecord[];
  readonly unreadable: number;
}

/**
 * Parses `.journal`, one record a line. The last line is cut off when its writer was killed: that node's files have no
 * names yet. A power cut may leave anything.
 */
export function parseJournal(text: string): Journal {
  const lines = text.split('\n').slice(0, -1);
  const parsed = lines.map(parseJson);
  const records = parsed.filter(isOutputRecord);
  // What is left of a line that was never ended is a record that begins as all do, or it is something else.
  const rest = text.slice(text.lastIndexOf('\n') + 1);
  const isCutOff = rest === '' || '{"header":'.startsWith(rest.slice(0, 10));
  return { records, unreadable: lines.length - records.length + (isCutOff ? 0 : 1) };
}

function isOutputRecord(value: unknown): value is OutputRecord {
  return (
    isRecord(value) &&
    isRecord(value['header']) &&
    isHeader(value['header']) &&
    isBase(value['base']) &&
    isItem(value['node'])
  );
}

function isHeader({ dlimage, cluster }: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof dlimage === 'string' &&
    isRecord(cluster) &&
    typeof cluster['id'] === 'string' &&
    typeof cluster['name'] === 'string'
  );
}

function isBase(value: unknown): boolean {
  return isRecord(value) && typeof value['key'] === 'string' && isSha256(value['sha256']);
}

function isItem(value: unknown): boolean {
  return (
    isRecord(value) &&
    isPlainFileName(value['name']) &&
    typeof value['base'] === 'string' &&
    isListOf(value['files'], isFile)
  );
}

function isFile(value: unknown): boolean {
  return (
    isRecord(value) &&
    isPlainFileName(value['name']) &&
    isSha256(value['sha256']) &&
    Number.isSafeInteger(value['sizeBytes']) &&
    buildFormats.some((format) => format === value['format'])
  );
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
