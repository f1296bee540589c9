import type { Profile } from '../../../cluster/generated/profile.ts';
import type { Assets } from '../../../node/overlay/assets.ts';
import type { Entry } from '../../../image/entry.ts';
import type { PackerBuilder, PackerHost } from '../packer-variables.ts';
import type { Base } from '../../../base/host/obtain/base.ts';

/** An image to be made by Packer. */
export interface PackerImage {
  /** Of the cluster, or of the node. */
  readonly name: string;
  readonly profile: Profile;
  readonly base: Base;
  /** Entries that the image adds to its base. */
  readonly entries: readonly Entry[];
  readonly builder: PackerBuilder;
  readonly host: PackerHost;
  readonly assets: Assets;
  readonly signal?: AbortSignal | undefined;
}
