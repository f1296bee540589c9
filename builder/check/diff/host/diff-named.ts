import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ImageDifference } from '../difference.ts';
import { HostError } from '../../../report/errors.ts';
import { listBases } from '../../../base/host/base-cache.ts';
import type { BuiltBase } from '../../../base/host/built-base.ts';
import { OutputDirectory } from '../../../make/host/output/output-directory.ts';
import { unpackImage } from '../../../artifact/host/unpack-image.ts';
import { makePrivateTemporary } from '../../../system/host/private-temporary.ts';
import type { Progress } from '../../../system/host/progress.ts';
import { diffImages } from './diff-images.ts';

/** Two images to be compared: files in any format, or names or keys of bases in the cache. */
export interface DiffRequest {
  readonly first: string;
  readonly second: string;
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares two images, unpacking them into the cache for the time being where they are packed.
 *
 * @throws HostError `image-not-found`, `base-ambiguous`, and as `unpackImage` and `readLayout` do
 */
export async function diffNamed(request: DiffRequest): Promise<ImageDifference> {
  const temporary = await makePrivateTemporary(join(request.cacheDirectory, 'unpacked'));
  try {
    const context = { ...request, directory: temporary.path };
    const first = await unpackImage(
      await resolveImage(request.first, request.second, request.cacheDirectory),
      'first',
      context,
    );
    const second = await unpackImage(
      await resolveImage(request.second, request.first, request.cacheDirectory),
      'second',
      context,
    );
    return await diffImages(first, second, request);
  } finally {
    await temporary.remove();
  }
}

/** Of several bases of one name the one that the other image was made from is meant. */
async function resolveImage(name: string, other: string, cacheDirectory: string): Promise<string> {
  const status = await stat(name).catch(() => null);
  if (status !== null) return name;
  const bases = await listBases(cacheDirectory);
  const found = bases.filter(({ definitionName, key }) => definitionName === name || isKeyOf(name, key));
  const [base, another] = found;
  if (base === undefined) {
    throw new HostError(
      'image-not-found',
      `there is no image ${name}, and no base of that name in the cache`,
      {
        hint: 'check the path, or see `dlimage base list`',
      },
    );
  }
  if (another === undefined) return base.imagePath;
  const own = await baseDigestOf(other);
  const meant = found.find(({ sha256 }) => sha256 === own);
  if (meant !== undefined) return meant.imagePath;
  throw new HostError('base-ambiguous', `there are ${found.length} bases called ${name} in the cache`, {
    hint: `give the key: ${found.map(describeBase).join(', ')}`,
  });
}

/** SHA-256 of the base of an image, as the manifest beside it says; undefined where there is none. */
async function baseDigestOf(path: string): Promise<string | undefined> {
  const output = await OutputDirectory.read(dirname(path)).catch((error: unknown) => {
    if (error instanceof HostError) return undefined;
    throw error;
  });
  const items = output === undefined ? [] : [...output.nodes, ...(output.shared ? [output.shared] : [])];
  const item = items.find(({ files }) => files.some((file) => file.name === basename(path)));
  return item === undefined ? undefined : output?.baseOf(item)?.sha256;
}

function describeBase({ key, platform, architecture, extraPackages }: BuiltBase): string {
  const extra = extraPackages.length === 0 ? '' : `, with ${extraPackages.length} more packages`;
  return `${key.slice(0, 12)} (${platform}-${architecture}${extra})`;
}

function isKeyOf(name: string, key: string): boolean {
  return name.length >= 6 && key.startsWith(name);
}
