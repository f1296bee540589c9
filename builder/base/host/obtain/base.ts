import type { Manifest } from '../../../cluster/generated/manifest.ts';
import type { BaseImage } from '../../../image/host/base.ts';

/** A base that nodes are made from, ready to be patched. */
export interface Base {
  /** Its entry in the manifest. */
  readonly record: Manifest['bases'][number];
  readonly image: BaseImage;
  /** Path or URL by which the user knows it; null for bases that dlimage knows. */
  readonly givenName: string | null;
}
