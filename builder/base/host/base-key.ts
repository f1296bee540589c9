import { createHash } from 'node:crypto';
import type { BaseRequest } from '../base-request.ts';

/** Goes up when a change of the TypeScript here makes another image of the same definition and scripts. */
const builderRevision = 1;

/** Inputs of a base besides its definition: the shipped `build/` and `rootfs/`, path to content. */
export type BaseFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Hash over everything that decides what a base holds: the definition, the target, the user's packages, the
 * shipped files and build scripts. Not the mirror: every mirror has the same signed packages.
 */
export function baseKey(request: BaseRequest, files: BaseFiles): string {
  const hash = createHash('sha256');
  const { definitionName, definition, platform, architecture } = request;
  const { build } = definition;
  const extraPackages = [...new Set(request.extraPackages)].toSorted();
  const target = definition.platforms[`${platform}-${architecture}`];
  const decisive = { builderRevision, definitionName, build, target, platform, architecture, extraPackages };
  hash.update(JSON.stringify(decisive));
  for (const [path, content] of [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(JSON.stringify([path, createHash('sha256').update(content).digest('hex')]));
  }
  return hash.digest('hex');
}
