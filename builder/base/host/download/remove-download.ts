import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readTextIfExists } from '../../../system/host/files.ts';
import { isErrno } from '../../../system/host/system-error.ts';
import { downloadsDirectory } from './ensure-download.ts';

/**
 * Removes a download from a cache, by its name there, and the notes of which URL gave it. Does nothing when there is none
 * of that name.
 */
export async function removeDownload(cacheDirectory: string, name: string): Promise<void> {
  const directory = downloadsDirectory(cacheDirectory);
  for (const found of await namesIn(directory)) {
    const isNote = /^url-[0-9a-f]{64}$/.test(found);
    const path = join(directory, found);
    if (found === name || (isNote && `sha256-${await readTextIfExists(path)}` === name)) await rm(path);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
}
