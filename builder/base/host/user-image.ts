import { coverLogins } from '../../report/cover-logins.ts';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { UserImage } from '../../cluster/model/cluster.ts';
import { HostError } from '../../report/errors.ts';
import { containerOf } from '../../image/packing/host/container-kind.ts';
import { toolsOfContainers } from '../../image/packing/host/unpack-container.ts';
import { requireTools } from '../../system/host/doctor/require-tools.ts';
import { downloadByUrl, downloadedBefore } from './download/download-by-url.ts';
import { downloadPath, ensureDownload, isThere, type DownloadOptions } from './download/ensure-download.ts';
import { nameOfUrl } from '../download/name-of-url.ts';
import { hashFile } from '../../system/host/hash-file.ts';
import { keptDigest, knownDigest } from '../../system/host/known-digest.ts';
import { openImage } from '../../image/host/open-image.ts';
import { fillLastSector, hasWholeSectors } from '../../image/host/whole-sectors.ts';
import { nameInError } from '../../system/host/name-in-error.ts';
import type { BuiltBase } from './built-base.ts';
import type { Run } from '../../system/host/run.ts';
import type { BaseState } from '../base-state.ts';
import { isCached } from './base-cache.ts';
import { ensureCached } from './ensure-cached.ts';
import { recordImage } from './record-image.ts';
import { unpackReporting } from './vendor-base.ts';

/** An image of the user's: a raw file where it lies, or what was unpacked into the cache. */
export type FoundImage =
  { readonly from: 'file'; readonly path: string } | { readonly from: 'cache'; readonly base: BuiltBase };

/** Name of the image, and the platform it is for: for lists. */
export type ImageTitle = Pick<BuiltBase, 'definitionName' | 'platform' | 'architecture'>;

/** Goes up when a change of the code makes another image of the same file. */
const revision = 3;

/**
 * Gets an image of the user's: downloads it, verifies it where its digest is known, and unpacks it. A raw file of whole
 * sectors is used where it lies.
 *
 * @throws HostError `image-wrong-digest`, and what downloading and unpacking throw
 */
export async function ensureUserImage(
  image: UserImage,
  title: ImageTitle,
  options: DownloadOptions,
): Promise<FoundImage> {
  const { path, sha256 } = await findFile(image, options);
  const container = await containerOf(path);
  if (container === 'raw' && image.from === 'file' && (await hasWholeSectors(path)))
    return { from: 'file', path };
  const unpacker = toolsOfContainers[container];
  if (unpacker !== undefined) await requireTools([unpacker]);
  const digest = sha256 ?? (await knownDigest(path, { ...options, title: `Hash ${basename(path)}` }));
  const key = keyOf(title, digest);
  const base = await ensureCached(key, options, async (directory) => {
    const started = performance.now();
    const imagePath = join(directory, 'base.img');
    const given = image.from === 'url' ? nameOfUrl(image.url) : path;
    const name = basename(given);
    let found = given;
    const named = (error: unknown): unknown => nameInError(nameInError(error, imagePath, found), path, given);
    try {
      found = await unpackReporting(path, imagePath, name, options);
      await fillLastSector(imagePath);
    } catch (error) {
      throw named(error);
    }
    const buildSeconds = Math.round((performance.now() - started) / 1000);
    // The same may come by URL another time. A file of the user's is not among the downloads.
    const download = basename(downloadPath('', { algorithm: 'sha256', hex: digest }));
    await recordImage(
      directory,
      { ...title, key, extraPackages: [], buildSeconds, origin: name, download },
      options.signal,
    ).catch((error: unknown) => {
      throw named(error);
    });
  });
  return { from: 'cache', base };
}

function keyOf({ definitionName, platform, architecture }: ImageTitle, digest: string): string {
  const decisive = JSON.stringify([revision, definitionName, platform, architecture, digest]);
  return createHash('sha256').update(`user ${decisive}`).digest('hex');
}

/** Work that is left to do for a user's image. Asks no server, and hashes nothing. */
export async function readUserState(image: UserImage, title: ImageTitle, run: Run): Promise<BaseState> {
  if (image.from === 'url') {
    const digest = image.sha256 ?? (await downloadedBefore(image.url, run.cacheDirectory));
    if (digest === null) return 'download';
    if (await isCached(keyOf(title, digest), run)) return 'cached';
    const path = downloadPath(run.cacheDirectory, { algorithm: 'sha256', hex: digest });
    return (await isThere(path)) ? 'unpack' : 'download';
  }
  const { path } = image;
  if ((await containerOf(path)) === 'raw' && (await hasWholeSectors(path))) return 'in-place';
  const digest = image.sha256 ?? (await keptDigest(path, run));
  return digest !== null && (await isCached(keyOf(title, digest), run)) ? 'cached' : 'unpack';
}

/** `sha256` is null where nobody has computed it yet. */
interface FoundFile {
  readonly path: string;
  readonly sha256: string | null;
}

async function findDownload(
  { url, sha256 }: Extract<UserImage, { from: 'url' }>,
  options: DownloadOptions,
): Promise<FoundFile> {
  if (sha256 === null) return await downloadByUrl(url, options);
  const digest = { algorithm: 'sha256', hex: sha256 } as const;
  return { path: await ensureDownload({ name: nameOfUrl(url), urls: [url], digest }, options), sha256 };
}

async function findFile(image: UserImage, options: DownloadOptions): Promise<FoundFile> {
  if (image.from === 'url') {
    return await findDownload(image, options).catch((error: unknown) => {
      throw nameInError(error, image.url, coverLogins(image.url));
    });
  }
  const { path, sha256 } = image;
  await (await openImage(path)).close();
  if (sha256 === null) return { path, sha256 };
  const task = options.progress.task(`Verify ${basename(path)}`);
  const found = await hashFile(path, { onBytes: (done) => task.update(done), signal: options.signal });
  if (found === sha256) {
    task.done();
    return { path, sha256 };
  }
  task.fail();
  throw new HostError(
    'image-wrong-digest',
    `${path} is not the image that was meant: its SHA-256 is another one`,
    {
      hint: 'download it again, or correct base_sha256 (--sha256)',
      details: [`it is ${found}`, `not ${sha256}`],
    },
  );
}
