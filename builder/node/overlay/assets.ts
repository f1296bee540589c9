import type { FolderItem } from '../../system/folder-item.ts';

/** One thing at or below a path of the definition, with what is in it. */
export interface UserFile extends FolderItem {
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Empty for what is not a file. */
  readonly sha256: string;
  /** Of a file, its inode, size and time of last change as it was hashed: see `changeStamp`. */
  readonly stamp?: string;
}

/** Everything the planner works from beyond the definition and the identities. Read by the host, never by the planner. */
export interface Assets {
  /**
   * Shipped files as bytes, by their path in the package with `/`: all of `overlays/`, `cloud-init/` and `packer/`, and
   * `profiles/schemas/overlay.schema.json`.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Contents of each `hostPath` of the cluster's files, images and stacks. */
  readonly userFiles: ReadonlyMap<string, readonly UserFile[]>;
}

/** Text of a shipped file. A missing one is our mistake, not the user's. */
export function assetText(assets: Assets, path: string): string {
  const bytes = assets.files.get(path);
  if (bytes === undefined) throw new Error(`dlimage is incomplete: ${path} is missing`);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
