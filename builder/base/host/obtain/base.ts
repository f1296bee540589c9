import type { Manifest } from '../../../cluster/generated/manifest.ts';
import type { BaseImage } from '../../../image/host/base.ts';

/** A base that nodes are made from, ready to be patched. */
export interface Base {
  /** What the manifest says of it. */
  readonly record: Manifest['bases'][number];
  readonly image: BaseImage;
  /** What the user calls it; null for bases that dlimage knows. */
  readonly givenName: string | null;
}
