import type { Run } from '../../../system/host/run.ts';
import type { BaseState } from '../../base-state.ts';
import type { PlannedBase } from '../../planned-base.ts';
import { isCached } from '../base-cache.ts';
import { readBaseFiles } from '../base-files.ts';
import { baseKey } from '../base-key.ts';
import { readUserState } from '../user-image.ts';
import { readVendorState } from '../vendor-base.ts';
import { titleOf } from './obtain-bases.ts';

/** Looks how far a base is. Asks no server and writes nothing. */
export async function readBaseState(planned: PlannedBase, run: Run): Promise<BaseState> {
  const { source } = planned;
  if (source.from === 'publisher') return await readVendorState(source.request, run);
  if (source.from === 'user') return await readUserState(source.image, titleOf(planned), run);
  const key = baseKey(source.request, await readBaseFiles(source.request));
  return (await isCached(key, run)) ? 'cached' : 'build';
}
