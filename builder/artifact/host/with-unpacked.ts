import { join } from 'node:path';
import { nameInError } from '../../system/host/name-in-error.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import { packingOf, unpackImage, type UnpackContext } from './unpack-image.ts';

/**
 * Hands the path of a raw image with what a file holds to `use`: the file itself when it is raw, else a copy in the cache
 * that is removed afterwards. Errors name the file, not the copy.
 *
 * @throws HostError as `unpackImage` does, and what `use` throws
 */
export async function withUnpackedImage<T>(
  path: string,
  context: Omit<UnpackContext, 'directory'>,
  use: (raw: string) => Promise<T>,
): Promise<T> {
  if ((await packingOf(path)) === 'raw') return await use(path);
  const temporary = await makePrivateTemporary(join(context.cacheDirectory, 'unpacked'));
  let raw = '';
  try {
    raw = await unpackImage(path, 'image', { ...context, directory: temporary.path });
    return await use(raw);
  } catch (error) {
    throw raw === '' ? error : nameInError(error, raw, path);
  } finally {
    await temporary.remove();
  }
}
