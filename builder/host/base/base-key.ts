import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import type { BaseRequest } from './base-request.ts';

/** Goes up when a change of the TypeScript here makes another image of the same definition and scripts. */
const builderRevision = 1;

/** Directory of what goes into a base and of the scripts that build it: `build/` and `rootfs/`. */
export const baseFilesDirectory = join(packageRoot, 'profiles/bases');

/**
 * Hash over everything that decides what a base holds: the definition, the target, the user's packages, the
 * shipped files and build scripts. Not the mirror: every mirror has the same signed packages.
 */
export async function readBaseKey(request: BaseRequest): Promise<string> {
  return baseKey(request, await readBaseFiles());
}

/** The pure part of `readBaseKey`: `files` maps each path below `profiles/bases` to its content. */
export function baseKey(request: BaseRequest, files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  const { definitionName, definition, platform, architecture } = request;
  const extraPackages = [...new Set(request.extraPackages)].toSorted();
  const target = definition.platforms[`${platform}-${architecture}`];
  hash.update(
    JSON.stringify({
      builderRevision,
      definitionName,
      build: definition.build,
      target,
      platform,
      architecture,
      extraPackages,
    }),
  );
  for (const [path, content] of [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(JSON.stringify([path, createHash('sha256').update(content).digest('hex')]));
  }
  return hash.digest('hex');
}

async function readBaseFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const directory of ['build', 'rootfs']) {
    const entries = await readdir(join(baseFilesDirectory, directory), {
      recursive: true,
      withFileTypes: true,
    });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(baseFilesDirectory.length + 1), await readFile(path));
    }
  }
  return files;
}
