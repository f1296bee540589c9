import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageDifference } from '../../diff/difference.ts';
import { HostError } from '../../report/errors.ts';
import { listBases } from '../base/base-cache.ts';
import { unpackImage } from '../formats/unpack-image.ts';
import { makePrivateTemporary } from '../image/private-temporary.ts';
import type { Progress } from '../progress.ts';
import { diffImages } from './diff-images.ts';

/** Two images to be compared: files in any format, or names or keys of bases in the cache. */
export interface DiffRequest {
  readonly first: string;
  readonly second: string;
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
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
      await resolveImage(request.first, request.cacheDirectory),
      'first',
      context,
    );
    const second = await unpackImage(
      await resolveImage(request.second, request.cacheDirectory),
      'second',
      context,
    );
    return await diffImages(first, second, request);
  } finally {
    await temporary.remove();
  }
}

async function resolveImage(name: string, cacheDirectory: string): Promise<string> {
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
  throw new HostError('base-ambiguous', `there are ${found.length} bases called ${name} in the cache`, {
    hint: `give the key: ${found.map(({ key, platform }) => `${key.slice(0, 12)} (${platform})`).join(', ')}`,
  });
}

function isKeyOf(name: string, key: string): boolean {
  return name.length >= 6 && key.startsWith(name);
}
