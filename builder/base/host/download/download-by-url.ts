import { coverLogins } from '../../../report/cover-logins.ts';
import { createHash } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256 } from '../../../image/plain-file-name.ts';
import { HostError } from '../../../report/errors.ts';
import { acquireLock } from '../../../system/host/process-lock.ts';
import { makePrivateDirectory, readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';
import { hashFile } from '../../../system/host/hash-file.ts';
import type { Task } from '../../../system/host/progress.ts';
import { downloadPath, downloadsDirectory, isThere, type DownloadOptions } from './ensure-download.ts';
import { fetchFile } from './fetch-file.ts';
import { usualPatience } from './patience.ts';
import { nameOfUrl } from '../../download/name-of-url.ts';

/**
 * Path and SHA-256 of what a URL gave when it was first asked, with nothing to verify it by. From then on it is taken from the
 * cache, so that every build has the same; its SHA-256 is told.
 *
 * @throws HostError as `fetchFile` does, and `download-offline`
 */
export async function downloadByUrl(
  url: string,
  options: DownloadOptions,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const { cacheDirectory, progress, signal, patience = usualPatience } = options;
  const directory = downloadsDirectory(cacheDirectory);
  const stem = stemOf(url, cacheDirectory);
  const known = await downloadedBefore(url, cacheDirectory);
  if (known !== null) {
    const path = downloadPath(cacheDirectory, { algorithm: 'sha256', hex: known });
    if (await isThere(path)) return { path, sha256: known };
  }
  if (options.isOffline === true) {
    throw new HostError(
      'download-offline',
      `${coverLogins(url)} was never downloaded here, and nothing is with --offline`,
      {
        hint: 'leave --offline out once, or name an image that is here',
      },
    );
  }
  await makePrivateDirectory(directory);
  const lock = await acquireLock(`${stem}.lock`, {
    onWait: (pid) => progress.note(`waiting for process ${pid}, which is downloading ${coverLogins(url)}`),
    signal,
  });
  try {
    let task: Task | undefined;
    const taskFor = (total: number | null): Task =>
      (task ??= progress.task(`Download ${nameOfUrl(url)}`, total === null ? {} : { total, unit: 'bytes' }));
    try {
      await fetchFile({ url, path: `${stem}.part`, patience, taskFor, signal });
    } catch (error) {
      task?.fail();
      throw error;
    }
    task?.done();
    const hex = await hashFile(`${stem}.part`, { signal });
    const path = downloadPath(cacheDirectory, { algorithm: 'sha256', hex });
    await chmod(`${stem}.part`, 0o444);
    await rename(`${stem}.part`, path);
    await rm(`${stem}.part.json`, { force: true });
    await writeFileAtomically(stem, hex);
    progress.note(
      `warning: ${coverLogins(url)} was downloaded without a checksum; to pin it: --sha256 ${hex}`,
    );
    return { path, sha256: hex };
  } finally {
    await lock.release();
  }
}

/** SHA-256 of what a URL gave when it was first asked; null when it never was. */
export async function downloadedBefore(url: string, cacheDirectory: string): Promise<string | null> {
  const known = await readTextIfExists(stemOf(url, cacheDirectory));
  return isSha256(known) ? known : null;
}

function stemOf(url: string, cacheDirectory: string): string {
  return join(downloadsDirectory(cacheDirectory), `url-${createHash('sha256').update(url).digest('hex')}`);
}
