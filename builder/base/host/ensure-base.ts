import { HostError } from '../../report/errors.ts';
import { readBaseFiles } from './base-files.ts';
import { baseKey } from './base-key.ts';
import type { BaseRequest } from '../base-request.ts';
import type { BuildBaseOptions } from './run-mmdebstrap.ts';
import { buildBase } from './build-base.ts';
import type { BuiltBase } from './built-base.ts';
import { ensureCached } from './ensure-cached.ts';

/**
 * The base of a request: from the cache, or built into it.
 *
 * `build` makes the base inside a directory; tests put another one in.
 *
 * @throws HostError what `buildBase` and `ensureCached` throw, and `download-offline`.
 */
export async function ensureBase(
  request: BaseRequest,
  options: BuildBaseOptions,
  build: typeof buildBase = buildBase,
): Promise<BuiltBase> {
  const files = await readBaseFiles(request);
  const key = baseKey(request, files);
  return await ensureCached(key, options, async (directory) => {
    if (options.isOffline === true) throw offline(request.definitionName);
    await build(request, key, files, directory, options);
  });
}

function offline(name: string): HostError {
  return new HostError(
    'download-offline',
    `base ${name} is not in the cache, and nothing is downloaded with --offline`,
    {
      hint: 'leave --offline out once',
    },
  );
}
