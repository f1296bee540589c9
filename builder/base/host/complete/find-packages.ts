import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Dependency } from '../../../system/debian-packages/dependency.ts';
import { HostError } from '../../../report/errors.ts';
import { nativeArchitectureOf } from '../../../system/debian-packages/dpkg-status.ts';
import { acquireLock } from '../../../system/host/process-lock.ts';
import { makePrivateDirectory } from '../../../system/host/files.ts';
import type { Task } from '../../../system/host/progress.ts';
import { createAptRoot, type ArchiveSettings } from './apt-root.ts';
import type { AptSettings } from './read-apt-settings.ts';
import { resolvePackages, type ResolvedPackages } from './resolve-packages.ts';

/** Packages to find, and the folder to keep downloads in. */
export interface PackageSearch {
  readonly settings: AptSettings;
  readonly wanted: readonly Dependency[];
  readonly archive: ArchiveSettings;
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the packages that an image lacks, with an apt of its own that is kept in the cache for images with the same
 * sources; one process at a time.
 *
 * @throws HostError `image-without-dpkg`, and as `resolvePackages` does.
 */
export async function findPackages(search: PackageSearch, task: Task): Promise<ResolvedPackages> {
  const { settings, wanted, archive, signal } = search;
  const architecture = nativeArchitectureOf(settings.status);
  if (architecture === undefined) {
    throw new HostError('image-without-dpkg', `${settings.system} has a dpkg that is not installed itself`, {
      hint: 'take an image of a Debian system that is complete',
    });
  }
  const sources = createHash('sha256');
  for (const [path, content] of settings.files) sources.update(path).update(content);
  const name = `${sources.digest('hex').slice(0, 16)}-${architecture}`;
  const directory = join(search.cacheDirectory, 'apt', name);
  await makePrivateDirectory(directory);
  const lock = await acquireLock(`${directory}.lock`, { signal });
  try {
    const apt = await createAptRoot(directory, settings, architecture, archive);
    return await resolvePackages(
      { apt, wanted, system: `${settings.system}, ${architecture}`, signal },
      task,
    );
  } finally {
    await lock.release();
  }
}
