// Made from profiles/schemas/manifest.schema.json by `npm run generate`. Do not edit.

/**
 * Every file of it in this directory.
 */
export type Files = {
  /**
   * Name of the file.
   */
  name: string;
  /**
   * Format of the file: a sparse raw image, a compressed one, a disk of QEMU, VMware, VirtualBox or Hyper-V, a box of Vagrant, a seed volume, a block map of the image, or the patch that makes it from its base.
   */
  format:
    | 'img'
    | 'img.zst'
    | 'img.xz'
    | 'img.gz'
    | 'qcow2'
    | 'vmdk'
    | 'vdi'
    | 'vhdx'
    | 'img.bmap'
    | 'dlpatch'
    | 'box'
    | 'virtualbox-box'
    | 'seed-iso';
  /**
   * Size of the file in bytes.
   */
  sizeBytes: number;
  /**
   * SHA-256 of the file.
   */
  sha256: string;
  /**
   * Path of the base that a thin qcow2 lies on; absent from files that stand alone.
   */
  backing?: string;
}[];
/**
 * Overlays in the image, with a hash of each as it stands in dlimage.
 */
export type Overlays = {
  /**
   * Name of the overlay.
   */
  name: string;
  /**
   * SHA-256 over its files.
   */
  sha256: string;
}[];

/**
 * manifest.json beside the images of a cluster: what was built, from what, and how to check it. Holds no secret.
 */
export interface Manifest {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * Version of the dlimage that wrote it.
   */
  dlimage: string;
  /**
   * The cluster that the images belong to.
   */
  cluster: {
    /**
     * Name of the cluster.
     */
    name: string;
    /**
     * UUID of the cluster from the identity store.
     */
    id: string;
    /**
     * LAN of the nodes, in CIDR form.
     */
    subnet: string;
    /**
     * Virtual IP address, or null.
     */
    vip: string | null;
  };
  /**
   * Every base that a node was made from.
   */
  bases: {
    /**
     * Key of the base in the cache; for an image file of the user's, its SHA-256.
     */
    key: string;
    /**
     * Name of the base definition, or the file's name.
     */
    name: string;
    /**
     * Platform and architecture of the base.
     */
    platform?: string;
    /**
     * SHA-256 of the uncompressed base image.
     */
    sha256: string;
    /**
     * Size of the uncompressed base image in bytes.
     */
    sizeBytes: number;
    /**
     * Every installed package, sorted by name; empty for an image file of the user's.
     */
    packages: {
      /**
       * Package name.
       */
      name: string;
      /**
       * Full Debian version.
       */
      version: string;
      /**
       * Debian architecture, or `all`.
       */
      architecture: string;
    }[];
  }[];
  /**
   * The image that is the same for all nodes, where there is one: each node's own files are on its seed volume.
   */
  shared?: {
    /**
     * Name of the cluster.
     */
    name: string;
    /**
     * `key` of the base.
     */
    base: string;
    /**
     * Size of the uncompressed image in bytes.
     */
    imageSizeBytes: number;
    /**
     * SHA-256 of the uncompressed image; null when no file holds the whole image, so that it was not computed.
     */
    imageSha256: string | null;
    files: Files;
    /**
     * Bytes in which the image differs from its base.
     */
    patchBytes: number;
    /**
     * SHA-256 over the base and every file of the node; an image with the same value is not built again.
     */
    inputsSha256: string;
    overlays: Overlays;
  };
  /**
   * Every node that has files in this directory, in the order of the definition.
   */
  nodes: {
    /**
     * Host name of the node.
     */
    name: string;
    /**
     * Role in the swarm.
     */
    role: 'manager' | 'worker';
    /**
     * Static address, or null for DHCP.
     */
    address: string | null;
    /**
     * Name of the board's profile.
     */
    profile: string;
    /**
     * `key` of the base.
     */
    base: string;
    /**
     * Size of the uncompressed image in bytes.
     */
    imageSizeBytes: number;
    /**
     * SHA-256 of the uncompressed image; null when no file holds the whole image, so that it was not computed.
     */
    imageSha256: string | null;
    files: Files;
    /**
     * Bytes in which the image differs from its base.
     */
    patchBytes: number;
    /**
     * SHA-256 over the base and every file of the node; an image with the same value is not built again.
     */
    inputsSha256: string;
    overlays: Overlays;
  }[];
}
