import { access, chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../download/checksum-list.ts';
import { HostError } from '../../../report/errors.ts';
import { acquireLock } from '../../../system/host/process-lock.ts';
import { makePrivateDirectory } from '../../../system/host/files.ts';
import { hashFile } from '../../../system/host/hash-file.ts';
import type { Progress, Task } from '../../../system/host/progress.ts';
import type { Run } from '../../../system/host/run.ts';
import { fetchFile } from './fetch-file.ts';
import { usualPatience, type Patience } from './patience.ts';

/** A file that is wanted: the same at every URL, and known by its digest. */
export interface WantedFile {
  readonly name: string;
  /** The publisher's first, then mirrors. */
  readonly urls: readonly string[];
  readonly digest: Digest;
}

/** Options for getting a wanted file. */
export interface DownloadOptions extends Run {
  readonly patience?: Patience;
}

/** Directory of a cache where downloads lie, by their digests. */
export function downloadsDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, 'downloads');
}

/** Path of a verified download in a cache, whether it is there or not. */
export function downloadPath(cacheDirectory: string, { algorithm, hex }: Digest): string {
  return join(downloadsDirectory(cacheDirectory), `${algorithm}-${hex}`);
}

/**
 * Path of a file with the wanted digest: from the cache, or downloaded into it. What is under this path has been
 * verified; what has come of a download that broke off lies beside it, and the next one goes on there.
 *
 * @throws HostError `download-offline`, `download-wrong-digest`, and as `fetchFile` does: of several mirrors for the first.
 */
export async function ensureDownload(file: WantedFile, options: DownloadOptions): Promise<string> {
  const path = downloadPath(options.cacheDirectory, file.digest);
  if (await isThere(path)) return path;
  if (options.isOffline === true) throw offline(file.name);
  await makePrivateDirectory(downloadsDirectory(options.cacheDirectory));
  const lock = await acquireLock(`${path}.lock`, {
    onWait: (pid) => options.progress.note(`waiting for process ${pid}, which is downloading ${file.name}`),
    signal: options.signal,
  });
  try {
    if (!(await isThere(path))) await fetchFromAny(file, path, options);
    return path;
  } finally {
    await lock.release();
  }
}

async function fetchFromAny(file: WantedFile, path: string, options: DownloadOptions): Promise<void> {
  const failures: HostError[] = [];
  for (const url of file.urls) {
    const report = taskOnce(options.progress, `Download ${file.name}`);
    try {
      await fetchVerified(file, url, path, report, options);
      report.end('done');
      return;
    } catch (error) {
      report.end('fail');
      if (!(error instanceof HostError) || error.id === 'disk-full') throw error;
      failures.push(error);
      if (failures.length < file.urls.length)
        options.progress.note(`${error.message}; trying another mirror`);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) throw new Error(`${file.name} has no URL`);
  if (others.length === 0) throw first;
  const { id, message, hint, details } = first;
  throw new HostError(id, message, {
    ...(hint !== undefined && { hint }),
    details: [...details, ...others.map((other) => `mirror: ${other.message}`)],
  });
}

async function fetchVerified(
  file: WantedFile,
  url: string,
  path: string,
  report: OneTask,
  { patience = usualPatience, signal }: DownloadOptions,
): Promise<void> {
  const part = `${path}.part`;
  await fetchFile({ url, path: part, patience, taskFor: report.start, signal });
  const found = await hashFile(part, { algorithm: file.digest.algorithm, signal });
  if (found !== file.digest.hex) {
    await removePart(part);
    throw wrongDigest(file, url, found);
  }
  await chmod(part, 0o444);
  await rename(part, path);
  await rm(`${part}.json`, { force: true });
}

async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

function wrongDigest(file: WantedFile, url: string, found: string): HostError {
  return new HostError(
    'download-wrong-digest',
    `${file.name} is not what its publisher says: its checksum is wrong`,
    {
      hint: 'it was deleted; if it happens again the server or something on the way to it changes the file',
      details: [url, `${file.digest.algorithm} ${found}`, `not ${file.digest.hex}`],
    },
  );
}

function offline(name: string): HostError {
  return new HostError(
    'download-offline',
    `${name} is not in the cache, and nothing is downloaded with --offline`,
    {
      hint: 'leave --offline out once, or name an image that is here with --base-image',
    },
  );
}

/** True when there is something under a path. */
export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

interface OneTask {
  readonly start: (totalBytes: number | null) => Task;
  readonly end: (how: 'done' | 'fail') => void;
}

/** A task that begins when the size is known; further attempts go on with it. */
function taskOnce(progress: Progress, title: string): OneTask {
  let task: Task | undefined;
  return {
    start: (totalBytes) =>
      (task ??= progress.task(title, totalBytes === null ? {} : { total: totalBytes, unit: 'bytes' })),
    end: (how) => task?.[how](),
  };
}
