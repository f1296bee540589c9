import { copyFile, mkdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nameOf, parentOf } from '../image-path.ts';
import type { Entry, EntryContent, FileEntry } from '../entry.ts';
import { HostError } from '../../report/errors.ts';
import { changeStamp } from '../../system/host/change-stamp.ts';
import { isErrno } from '../../system/host/system-error.ts';

/** Earliest time that FAT can store: 1980-01-01. */
const fatEpochSeconds = 315_532_800;

/** File contents laid out for the programs that copy them into an image. */
export interface Staging {
  readonly hostPathOf: (entry: Entry) => string;
}

/**
 * Lays out the contents of files inside `directory`, which must be private: they can be secrets. Large files of the
 * user's are linked, not copied, except for FAT, where the copying program takes over the time of the file.
 * @throws HostError as `checkHostFiles` does.
 */
export async function stageContents(entries: readonly Entry[], directory: string): Promise<Staging> {
  const paths = new Map<Entry, string>();
  const bootDirectories = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'file') continue;
    const path =
      entry.partition === 'root'
        ? join(directory, `content-${index}`)
        : join(await bootDirectory(directory, parentOf(entry.path), bootDirectories), nameOf(entry.path));
    await stageFile(entry, path);
    paths.set(entry, path);
  }
  return {
    hostPathOf(entry) {
      const path = paths.get(entry);
      if (path === undefined) throw new Error(`${entry.path} has no staged content`);
      return path;
    },
  };
}

/** mcopy names a file after its source, so there is one directory here for each directory there. */
async function bootDirectory(directory: string, parent: string, made: Map<string, string>): Promise<string> {
  const known = made.get(parent);
  if (known !== undefined) return known;
  const path = join(directory, `boot-${made.size}`);
  await mkdir(path, { mode: 0o700 });
  made.set(parent, path);
  return path;
}

async function stageFile(entry: FileEntry, path: string): Promise<void> {
  const { content } = entry;
  if (content.from === 'bytes') {
    await writeFile(path, content.bytes, { flag: 'wx', mode: 0o600 });
  } else {
    await checkHostFile(content);
    await (entry.partition === 'root' ? symlink(content.hostPath, path) : copyFile(content.hostPath, path));
  }
  if (entry.partition === 'boot') {
    const seconds = Math.max(entry.mtimeSeconds, fatEpochSeconds);
    await utimes(path, seconds, seconds);
  }
}

/**
 * Refuses files of the user's that are not any more what they were when the plan was made.
 *
 * @throws HostError `host-file-missing`, `host-file-not-a-file` or `host-file-changed`.
 */
export async function checkHostFiles(entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    if (entry.kind !== 'file' || entry.content.from !== 'host-file') continue;
    await checkHostFile(entry.content);
  }
}

type HostFile = Extract<EntryContent, { readonly from: 'host-file' }>;

async function checkHostFile({ hostPath: path, sizeBytes, stamp }: HostFile): Promise<void> {
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
    throw new HostError('host-file-missing', `${path} is gone since the plan was made`, {
      hint: 'plan again',
    });
  });
  if (!status.isFile()) {
    throw new HostError('host-file-not-a-file', `${path} is not a regular file`, {
      hint: 'only regular files can be copied into an image',
    });
  }
  if (status.size !== BigInt(sizeBytes)) {
    throw new HostError(
      'host-file-changed',
      `${path} has ${status.size} bytes; it had ${sizeBytes} when the plan was made`,
      { hint: 'plan again once nothing writes to the file any more' },
    );
  }
  if (stamp === undefined || changeStamp(status) === stamp) return;
  throw new HostError('host-file-changed', `${path} was written to since the plan was made`, {
    hint: 'plan again once nothing writes to the file any more',
  });
}
