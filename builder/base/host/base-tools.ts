import { requireTools } from '../../system/host/doctor/require-tools.ts';
import type { ToolName } from '../../system/host/tools.ts';
import { isCached } from './base-cache.ts';
import { readBaseFiles } from './base-files.ts';
import { baseKey } from './base-key.ts';
import type { BaseRequest } from '../base-request.ts';
import { nativeArchitecture } from './foreign-architecture.ts';
import { isRoot } from '../../system/host/namespace.ts';

const always: readonly ToolName[] = [
  ...(['mmdebstrap', 'debian-archive-keyring', 'apt-config', 'setpriv', 'unshare', 'sfdisk'] as const),
  ...(['mke2fs', 'e2fsck', 'mkfs.vfat', 'mcopy', 'mmd', 'flock'] as const),
];

/**
 * Makes sure that a base can be had before other work is done: it is in the cache, or the programs that build it
 * are here.
 *
 * @throws HostError `tool-missing`
 */
export async function requireBaseTools(request: BaseRequest, cacheDirectory: string): Promise<void> {
  const key = baseKey(request, await readBaseFiles(request));
  if (await isCached(key, { cacheDirectory })) return;
  const isForeign = nativeArchitecture() !== request.architecture;
  await requireTools([
    ...always,
    ...(isRoot() ? [] : (['newuidmap'] as const)),
    ...(isForeign ? (['arch-test', 'update-binfmts', 'qemu-user'] as const) : []),
  ]);
}
