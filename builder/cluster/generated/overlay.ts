// Made from profiles/schemas/overlay.schema.json by `npm run generate`. Do not edit.

/**
 * Absolute path on the node.
 */
export type Path = string;
/**
 * Numeric owner or group.
 */
export type Id = number;

/**
 * What an overlay's files are beyond their bytes. The files lie in rootfs/ beside it, under the paths they have on the node; one that is not listed here is 0644 root:root.
 */
export interface OverlayDefinition {
  /**
   * Which nodes get the overlay, and what for.
   */
  description: string;
  /**
   * Debian packages that its files need. A base without them gets them installed offline at its first start. Any one of several will do where `|` stands between them; the first that the release has is taken, unless another is there already.
   */
  packages?: string[];
  /**
   * Directories that must exist. Parents of files are made 0755 root:root by themselves.
   */
  directories?: {
    path: Path;
    /**
     * Permission bits, four octal digits in quotes.
     */
    mode?: string;
    uid?: Id;
    gid?: Id;
  }[];
  /**
   * Files that are not 0644 root:root, are secret, or are made from a template in another way than once per node.
   */
  files?: {
    path: Path;
    /**
     * Permission bits, four octal digits in quotes.
     */
    mode?: string;
    uid?: Id;
    gid?: Id;
    /**
     * Its content is never shown. The mode must keep others out.
     */
    secret?: boolean;
    /**
     * For a template: `cluster` is the same on all nodes, sees nothing of the single node, and is rendered once.
     */
    scope?: 'node' | 'cluster';
    /**
     * For a template: makes one file for every item of the list. `item` is the item, and {key} in the path is the item's value of that key.
     */
    each?: 'storage_peers';
  }[];
  /**
   * Symbolic links; npm packages cannot hold them.
   */
  links?: {
    path: Path;
    /**
     * What the link holds, as it stands.
     */
    target: string;
  }[];
}
