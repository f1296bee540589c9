import { nameInError } from '../../../system/host/name-in-error.ts';

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
