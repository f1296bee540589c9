import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { platformOf } from '../../cluster/model/base-traits.ts';
import { HostError } from '../../report/errors.ts';
import { toolsOfContainers, unpackContainer } from '../../image/packing/host/unpack-container.ts';
import { requireTools } from '../../system/host/doctor/require-tools.ts';
import {
  downloadPath,
  ensureDownload,
  isThere,
  type DownloadOptions,
  type WantedFile,
} from './download/ensure-download.ts';
import { findImage, type VendorImage } from './download/find-image.ts';
import { readBaseImage } from '../../image/host/base.ts';
import { checkVendorLayout } from './check-vendor-layout.ts';
import { isDiskFull } from '../../system/host/disk-full.ts';
import type { VendorRequest } from '../base-request.ts';
import type { BuiltBase } from './built-base.ts';
import type { Run } from '../../system/host/run.ts';
import type { BaseState } from '../base-state.ts';
import { isCached } from './base-cache.ts';
import { ensureCached } from './ensure-cached.ts';
import { recordImage } from './record-image.ts';

/** Goes up when a change of the code makes another image of the same download. */
const revision = 1;

/**
 * The base that is a publisher's image: from the cache, or downloaded, verified and unpacked into it.
 *
 * @throws HostError what `findImage`, `ensureDownload`, `unpackContainer`, `checkVendorLayout` and `ensureCached` throw;
 *   `image-damaged` when a verified file cannot be unpacked.
 */
export async function ensureVendorBase(request: VendorRequest, options: DownloadOptions): Promise<BuiltBase> {
  const image = vendorImageOf(request);
  const file = await findImage(`${request.definitionName} ${platformOf(request)}`, image, options);
  return await ensureCached(vendorKey(request, file), options, async (directory) => {
    const started = performance.now();
    const path = await ensureDownload(file, options);
    const imagePath = join(directory, 'base.img');
    await unpackReporting(path, imagePath, file.name, options);
    checkVendorLayout(request.definitionName, image.layout, await readBaseImage(imagePath));
    const { definitionName, platform, architecture } = request;
    const buildSeconds = Math.round((performance.now() - started) / 1000);
    const key = vendorKey(request, file);
    const told = { key, definitionName, platform, architecture, extraPackages: [], buildSeconds };
    const download = basename(path);
    await recordImage(directory, { ...told, origin: file.name, download }, options.signal);
  });
}

/** Work that is left to do for a publisher's image. Asks no server: of the list of checksums the last one counts. */
export async function readVendorState(request: VendorRequest, run: Run): Promise<BaseState> {
  const title = `${request.definitionName} ${platformOf(request)}`;
  const file = await findImage(title, vendorImageOf(request), { ...run, isOffline: true }).catch(
    (error: unknown) => {
      if (error instanceof HostError && error.id === 'download-offline') return null;
      throw error;
    },
  );
  if (file === null) return 'download';
  if (await isCached(vendorKey(request, file), run)) return 'cached';
  return (await isThere(downloadPath(run.cacheDirectory, file.digest))) ? 'unpack' : 'download';
}

/** Makes sure that the programs are here which verify and unpack a base. @throws HostError `tool-missing` */
export async function requireVendorTools(request: VendorRequest): Promise<void> {
  const { container, signature } = vendorImageOf(request);
  const unpacker = toolsOfContainers[container];
  await requireTools([
    ...(unpacker === undefined ? [] : [unpacker]),
    ...(signature === undefined ? [] : (['gpgv'] as const)),
  ]);
}

function vendorImageOf(request: VendorRequest): VendorImage {
  const image = request.definition.vendor.images[platformOf(request)];
  if (image !== undefined) return image;
  throw new HostError(
    'base-target-unknown',
    `base ${request.definitionName} has no image for ${platformOf(request)}`,
    {
      hint: `it has images for ${Object.keys(request.definition.vendor.images).join(', ')}`,
    },
  );
}

function vendorKey(request: VendorRequest, { digest }: WantedFile): string {
  const decisive = [revision, request.definitionName, platformOf(request), digest.algorithm, digest.hex];
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex');
}

/** Unpacks with a task that tells of it. Returns what the image is called. @throws HostError `image-damaged` */
export async function unpackReporting(
  path: string,
  target: string,
  name: string,
  { progress, signal }: Pick<DownloadOptions, 'progress' | 'signal'>,
): Promise<string> {
  const task = progress.task(`Unpack ${name}`);
  const onNote = (text: string): void => progress.note(`note: ${text}`);
  try {
    const found = await unpackContainer(path, target, {
      onBytes: (done) => task.update(done),
      onNote,
      signal,
    });
    task.done();
    return found;
  } catch (error) {
    task.fail();
    const isOwn = error instanceof HostError && error.id !== 'tool-failed';
    if (isOwn || isDiskFull(error) || signal?.aborted === true) throw error;
    throw new HostError('image-damaged', `${name} cannot be unpacked`, {
      hint: 'download it again; if it stays so, the publisher has made a mistake',
      details: error instanceof HostError ? error.details : [String(error)],
      cause: error,
    });
  }
}
