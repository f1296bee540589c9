import type { ClusterBase } from '../../../cluster/model/cluster.ts';
import { coverLogins } from '../../../report/cover-logins.ts';
import { nameInError } from '../../../system/host/name-in-error.ts';

/** The path or URL of an image of the user's; null for bases that dlimage knows, which nobody gives as a file. */
export function givenName(base: ClusterBase): string | null {
  const image = base.from === 'definition' ? base.image : base;
  if (image === null) return null;
  return image.from === 'url' ? coverLogins(image.url) : image.path;
}

/** Does something with bases. An error that names one in the cache gets the name that the user gave. */
export async function underGivenNames<T>(
  bases: Iterable<{ readonly givenName: string | null; readonly image: { readonly path: string } }>,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    let named = error;
    for (const { image, givenName: name } of bases)
      named = nameInError(named, image.path, name ?? image.path);
    throw named;
  }
}
