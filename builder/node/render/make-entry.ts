import { createHash } from 'node:crypto';
import type { UserFile } from '../overlay/assets.ts';
import type { EntryContent } from '../../image/entry.ts';
import type { RenderedEntry } from './rendered-node.ts';

/**
 * Modification time of every file that dlimage writes, 2025-01-01 00:00:00 UTC. Constant, so that the same inputs give
 * the same image; in the past, so that no program takes a file for one from the future.
 */
export const defaultMtimeSeconds = 1_735_689_600;

/** Attributes that all kinds of entries have. */
export interface EntryAttributes {
  readonly path: string;
  readonly partition?: 'root' | 'boot';
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtimeSeconds: number;
  readonly origin: string;
  readonly secret?: boolean;
  readonly shared: boolean;
}

/** A file with these bytes. */
export function fileFromBytes(attributes: EntryAttributes, bytes: Uint8Array): RenderedEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return fileFromContent(attributes, { from: 'bytes', bytes }, sha256);
}

/** The content of a file of the user's, as it was when it was read. */
export function hostFile(
  hostPath: string,
  { sizeBytes, stamp }: Pick<UserFile, 'sizeBytes' | 'stamp'>,
): EntryContent {
  return { from: 'host-file', hostPath, sizeBytes, ...(stamp === undefined ? {} : { stamp }) };
}

/** A file whose content is known by its hash. */
export function fileFromContent(
  attributes: EntryAttributes,
  content: EntryContent,
  sha256: string,
): RenderedEntry {
  return { ...about(attributes), sha256, entry: { ...common(attributes), kind: 'file', content } };
}

/** A directory. */
export function directory(attributes: EntryAttributes): RenderedEntry {
  return { ...about(attributes), sha256: null, entry: { ...common(attributes), kind: 'directory' } };
}

/** A directory that is left as it is where the base has it. */
export function directoryIfMissing(attributes: EntryAttributes): RenderedEntry {
  const entry = { ...common(attributes), kind: 'directory', ifMissing: true } as const;
  return { ...about(attributes), sha256: null, entry };
}

/** A symbolic link; Linux gives all of them mode 0777. */
export function symlink(attributes: Omit<EntryAttributes, 'mode'>, target: string): RenderedEntry {
  const withMode = { ...attributes, mode: 0o777 };
  return { ...about(withMode), sha256: null, entry: { ...common(withMode), kind: 'symlink', target } };
}

function about({ origin, secret, shared }: EntryAttributes) {
  return { origin, secret: secret ?? false, shared };
}

function common({ path, partition, mode, uid, gid, mtimeSeconds }: EntryAttributes) {
  return {
    path,
    partition: partition ?? ('root' as const),
    mode,
    uid: uid ?? 0,
    gid: gid ?? 0,
    mtimeSeconds,
  };
}
