import type { Dependency } from '../../system/debian-packages/dependency.ts';

/** A list that a template iterates over: one file per item. */
export type EachList = 'storage_peers';

interface OwnedItem {
  /** Absolute path on the node; with `each`, `{key}` in it stands for the item's value of that key. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface OverlayDirectory extends OwnedItem {
  readonly kind: 'directory';
}

export interface OverlayFile extends OwnedItem {
  readonly kind: 'file';
  readonly secret: boolean;
  /** Path of the shipped file, a key of `Assets.files`. */
  readonly asset: string;
  /** `verbatim` is copied byte for byte; a template sees the cluster alone or also the node. */
  readonly render: 'verbatim' | 'cluster' | 'node';
  readonly each: EachList | null;
}

export interface OverlayLink {
  readonly kind: 'symlink';
  readonly path: string;
  readonly target: string;
}

export type OverlayItem = OverlayDirectory | OverlayFile | OverlayLink;

/** One overlay with all its items, those of `rootfs/` and those of `overlay.yaml`. */
export interface Overlay {
  readonly name: string;
  readonly description: string;
  /** Over its files and `overlay.yaml`, as they are shipped. */
  readonly sha256: string;
  /** Debian packages that its files need. */
  readonly packages: readonly Dependency[];
  readonly items: readonly OverlayItem[];
}
