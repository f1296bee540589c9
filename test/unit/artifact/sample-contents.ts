import type { PatchRange } from '../../../builder/image/patch.ts';
import type { ImageContents } from '../../../builder/artifact/image-contents.ts';

/** A range with bytes that say where it came from. */
export function range(offsetBytes: number, lengthBytes: number, fill: number): PatchRange {
  return { offsetBytes, lengthBytes, piece: { kind: 'bytes', bytes: Buffer.alloc(lengthBytes, fill) } };
}

/** Contents of an image over a base that no test opens. */
export function contents(
  sizeBytes: number,
  shared: readonly PatchRange[],
  own: readonly PatchRange[],
): ImageContents {
  return { base: { path: '/base', sizeBytes, sha256: 'b' }, shared, own };
}
