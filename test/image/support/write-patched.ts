import { applyPatch } from '../../../builder/image/host/apply-patch.ts';
import { copySparsely } from '../../../builder/image/host/copy-sparsely.ts';
import type { Patch } from '../../../builder/image/patch.ts';

/** Writes an image: its base with a patch laid over it. */
export async function writePatched(basePath: string, patch: Patch, target: string): Promise<void> {
  await copySparsely(basePath, target, { step: 'write an image for a test' });
  await applyPatch(target, patch);
}
