import { access, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isPlainFileName, isSha256 } from '../../image/plain-file-name.ts';
import { HostError } from '../../report/errors.ts';
import { removeDownload } from './download/remove-download.ts';
import { readTextIfExists } from '../../system/host/files.ts';
import { isErrno } from '../../system/host/system-error.ts';
import { framesDirectory } from './prune-frames.ts';
import type { BaseRecord, BuiltBase } from './built-base.ts';
import { runInNamespace } from '../../system/host/namespace.ts';

/** Directory of the bases inside a cache. */
export function basesDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, 'bases');
}

/**
 * Reads one built base, or nothing where there is none.
 *
 * @throws HostError `base-damaged` when its record cannot be read or its image has another size than recorded.
 */
export async function readCachedBase(directory: string): Promise<BuiltBase | undefined> {
  const text = await readTextIfExists(join(directory, 'base.json'));
  if (text === undefined) return undefined;
  const imagePath = join(directory, 'base.img');
  const hint = `delete ${directory}; the next build makes it again`;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw new HostError('base-damaged', `the base in ${directory} is damaged: base.json is not JSON`, {
      hint,
      cause,
    });
  }
  const status = await stat(imagePath).catch(() => undefined);
  if (!isRecord(record) || status?.size !== record.sizeBytes) {
    throw new HostError(
      'base-damaged',
      `the base in ${directory} is damaged: base.img is not what base.json says`,
      {
        hint,
      },
    );
  }
  return { ...record, directory, imagePath };
}

/** Reads one built base; nothing, too, where it is damaged. */
export async function readSoundBase(directory: string): Promise<BuiltBase | undefined> {
  try {
    return await readCachedBase(directory);
  } catch (error) {
    if (error instanceof HostError && error.id === 'base-damaged') return undefined;
    throw error;
  }
}

/** True when a sound base lies in the cache under this key. */
export async function isCached(
  key: string,
  { cacheDirectory }: { readonly cacheDirectory: string },
): Promise<boolean> {
  return (await readSoundBase(join(basesDirectory(cacheDirectory), key))) !== undefined;
}

/** Every sound base of a cache, sorted by definition, platform and architecture. */
export async function listBases(cacheDirectory: string): Promise<BuiltBase[]> {
  const parent = basesDirectory(cacheDirectory);
  const names = await readdir(parent).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  const bases = await Promise.all(names.filter(isSha256).map((name) => readSoundBase(join(parent, name))));
  return bases
    .filter((base) => base !== undefined)
    .toSorted((one, other) => (title(one) < title(other) ? -1 : 1));
}

/**
 * Removes a base from a cache, with what was compressed of it, and with the download that it was unpacked from unless
 * another base is of the same.
 *
 * @returns false when there was none of that key.
 */
export async function removeBase(cacheDirectory: string, key: string): Promise<boolean> {
  const directory = join(basesDirectory(cacheDirectory), key);
  const found =
    isSha256(key) &&
    (await access(directory).then(
      () => true,
      () => false,
    ));
  if (!found) return false;
  const base = await readCachedBase(directory).catch(() => undefined);
  if (base !== undefined)
    await rm(framesDirectory(cacheDirectory, base.sha256), { recursive: true, force: true });
  await removeTree(directory);
  const download = base?.download;
  if (
    download !== undefined &&
    (await listBases(cacheDirectory)).every((other) => other.download !== download)
  )
    await removeDownload(cacheDirectory, download);
  return true;
}

/** Removes a tree, also one with files of subordinate user ids, which an ordinary user may not touch otherwise. */
export async function removeTree(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch (error) {
    if (!isErrno(error, 'EACCES') && !isErrno(error, 'EPERM')) throw error;
    const step = `remove ${directory}`;
    await runInNamespace('rm', ['-rf', '--one-file-system', '--', directory], { step, timeoutSeconds: 600 });
  }
}

/** Checks names and texts of a record as `recordImage` writes them: the file may have been copied from anywhere. */
function isRecord(value: unknown): value is BaseRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { format, key, sha256, packages, extraPackages, download, partitions, ...texts } = value as Readonly<
    Record<string, unknown>
  >;
  const { definitionName, platform, architecture } = texts;
  return (
    format === 1 &&
    isSha256(key) &&
    isSha256(sha256) &&
    [packages, extraPackages, partitions].every(Array.isArray) &&
    [definitionName, platform, architecture].every((text) => typeof text === 'string') &&
    (download === undefined || isPlainFileName(download))
  );
}

/** Sort key of bases. */
function title(base: BuiltBase): string {
  return [base.definitionName, base.platform, base.architecture, base.key].join(' ');
}
