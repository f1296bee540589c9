import { canonicalPath } from '../../../cluster/rules/node-paths.ts';
import type { ImageFiles } from '../../../image/host/image-files.ts';

const lists = '/var/lib/dpkg/info';

/**
 * The installed packages that files of an image come from, by path. Files that no package lists, and those of images
 * without dpkg, are left out. Source: dpkg(1), files below /var/lib/dpkg/info
 *
 * @param paths - without links in their folders; with none nothing is read
 */
export async function findOwners(
  files: ImageFiles,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  if (paths.length === 0 || (await files.stat(lists))?.kind !== 'directory') return owners;
  // Packages say /bin where a base of today has /usr/bin. Older bases have both folders.
  const isMerged = (await files.stat('/lib'))?.kind !== 'directory';
  const keyOf = isMerged ? canonicalPath : (path: string) => path;
  const wanted = new Map(paths.map((path) => [keyOf(path), path]));
  const names = (await files.list(lists)).map(({ name }) => name).filter((name) => name.endsWith('.list'));
  const texts = await files.readAll(names.map((name) => `${lists}/${name}`));
  for (const [index, text] of texts.entries()) {
    const owner = (names[index] ?? '').replace(/(:[^:]+)?\.list$/, '');
    for (const line of text.toString('utf8').split('\n')) {
      const path = wanted.get(keyOf(line));
      if (path !== undefined) owners.set(path, owner);
    }
  }
  return owners;
}
