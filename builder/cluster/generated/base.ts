// Made from profiles/schemas/base.schema.json by `npm run generate`. Do not edit.

/**
 * An OS base image: how it is made or where its publisher has it, and what the planner has to know about it. A definition serves every platform listed in it.
 */
export interface BaseDefinition {
  /**
   * Full name of the operating system.
   */
  description: string;
  /**
   * What mmdebstrap makes the root file system from.
   */
  build?: {
    /**
     * Codename of the release; never `stable`, so that a base stays what it is.
     */
    suite: string;
    /**
     * Archive components.
     */
    components: string[];
    /**
     * Packages on every platform beyond mmdebstrap's `--variant=minbase`. Recommended packages are not followed: what is wanted is named.
     */
    packages: string[];
    /**
     * mmdebstrap's own hooks that the release needs, by directory name. Debian 12's packages still expect somebody else to merge /bin into /usr/bin.
     */
    hooks?: string[];
    /**
     * Packages whose programs, in the architecture of the build machine, stand in for emulated ones while a base for a foreign architecture is built; none of them stays in it.
     */
    stand_ins: string[];
  };
  /**
   * The publisher's own image, in the place of `build` and `platforms`: where it is, how it is verified, and what its first boot is like.
   */
  vendor?: {
    /**
     * Who publishes the image.
     */
    publisher: string;
    /**
     * Where the FAT partition is mounted on the node.
     */
    boot_mount: string;
    /**
     * How cloud-init's NoCloud datasource finds its seed: in /var/lib/cloud/seed/nocloud; on the FAT partition by the label that the image's own configuration names; through links from its seed directory into the mounted FAT partition; or by `seedfrom`, in the mounted FAT partition.
     */
    seed: 'root-directory' | 'boot-label' | 'boot-links' | 'boot-seedfrom';
    /**
     * What the seed's network-config has to be like.
     */
    network: {
      /**
       * Version of the format. Version 1 can do cables only here.
       */
      version: 1 | 2;
      /**
       * Who configures the network, by netplan's name; only with version 2.
       */
      renderer?: 'networkd' | 'NetworkManager';
    };
    /**
     * How the image names network interfaces by itself: as the kernel does (eth0), or by their place in the machine (enp1s0); then the wired one is given the profile's name.
     */
    interfaces: 'kernel' | 'predictable';
    /**
     * Who grows the root partition to the disk on the first boot: cloud-init (growpart), or means of the image or of its overlays, which cloud-init must not disturb.
     */
    growth: 'cloud-init' | 'own';
    /**
     * Overlays that every node on this base gets, for what is odd about the image.
     */
    overlays?: string[];
    /**
     * What should be known before the image is used on some boards; a warning each.
     */
    cautions?: {
      /**
       * Names of profiles.
       *
       * @minItems 1
       */
      profiles: [string, ...string[]];
      /**
       * What it is, behind the name of the base.
       */
      text: string;
      /**
       * What to do.
       */
      hint: string;
    }[];
    /**
     * What such an image is known by, whatever its file is called. As `base: FILE` it is refused, since it would be treated as any image; absent where that is right.
     */
    signs?: {
      /**
       * Lines that /etc/os-release has: names with their values, without quotes.
       */
      os_release: {
        [k: string]: string;
      };
      /**
       * Packages that it has, and other images of the release do not.
       */
      packages?: string[];
    };
    /**
     * Packages beyond those that overlays name, by their names in this release. What the image lacks is put into it and installed at a node's first start.
     */
    packages: string[];
    /**
     * Archives that the release has left, and where it is kept now. Their indexes have expired, which is then no obstacle; their signatures still count.
     *
     * @minItems 1
     */
    moved_archives?: [
      {
        /**
         * URI in the image's sources, or how it begins.
         */
        from: string;
        /**
         * What takes its place.
         */
        to: string;
      },
      ...{
        /**
         * URI in the image's sources, or how it begins.
         */
        from: string;
        /**
         * What takes its place.
         */
        to: string;
      }[]
    ];
    /**
     * One image per `<platform>-<architecture>` of a profile.
     */
    images: {
      [k: string]: {
        /**
         * URLs of the directories that have the image, each ending in `/`: the publisher's first, then mirrors.
         *
         * @minItems 1
         */
        directories: [string, ...string[]];
        /**
         * Name of the file. `*` stands for what point releases change: of the names in the checksum file the highest version is taken.
         */
        file: string;
        /**
         * SHA-256 of the file, for a release that never changes. Without it `checksums` is needed.
         */
        sha256?: string;
        /**
         * File in the same directory that lists the digests of its files, made by sha256sum or sha512sum.
         */
        checksums?: string;
        /**
         * File in the same directory with the detached OpenPGP signature of the checksum file.
         */
        signature?: string;
        /**
         * File in profiles/bases/keys with the public keys that may sign.
         */
        keyring?: string;
        /**
         * How the image is packed.
         */
        container: 'raw' | 'gz' | 'xz' | 'zst' | 'zip' | '7z' | 'qcow2' | 'tar';
        /**
         * What the image must look like inside, as a guard against a release that changed.
         */
        layout: {
          /**
           * Kind of partition table.
           */
          table: 'mbr' | 'gpt';
          /**
           * Label of the FAT partition.
           */
          boot_label?: string;
          /**
           * Label of the root filesystem.
           */
          root_label?: string;
        };
      };
    };
    /**
     * Words that a Raspberry Pi's cmdline.txt gets where it lacks them. What the publisher wrote stays.
     */
    command_line?: string[];
    /**
     * Lines that a Raspberry Pi's config.txt gets, for every board, where it lacks them.
     */
    config?: string[];
  };
  /**
   * Versions that rules and templates decide by; of a base that is built they are checked against its own package list. Of a publisher's image, cloud-init's is the oldest that an image of this release may have, and the others are what is installed into it.
   */
  software: {
    /**
     * cloud-init version, as major.minor.
     */
    cloud_init: string;
    /**
     * Docker version, as major.minor.
     */
    docker: string;
    /**
     * GlusterFS version, as major.minor; absent where the release has none.
     */
    glusterfs?: string;
    /**
     * keepalived version, as major.minor.
     */
    keepalived: string;
    /**
     * OpenSSH version, as major.minor; absent where every kind of key is accepted.
     */
    openssh?: string;
    /**
     * Version of xkb-data, the layouts of keyboards, as major.minor; absent where every layout is accepted.
     */
    xkb_data?: string;
    /**
     * Version of the package locales, as major.minor; absent where every locale is accepted.
     */
    glibc?: string;
    /**
     * True for a base that has the old names of time zones, like US/Eastern. Newer releases have them in tzdata-legacy.
     */
    old_time_zones?: boolean;
  };
  /**
   * One disk layout per `<platform>-<architecture>` of a profile.
   */
  platforms?: {
    [k: string]: {
      /**
       * Kernel, firmware and boot loader packages.
       */
      packages: string[];
      /**
       * Packages of `build.packages` that this architecture does not have.
       */
      exclude_packages?: string[];
      /**
       * Size of the image in MiB; the root file system grows to the disk on first boot.
       */
      image_size_mb: number;
      /**
       * Size of the FAT partition in MiB.
       */
      boot_size_mb: number;
      /**
       * Where cloud-init's NoCloud datasource finds its seed: on the FAT partition by its label CIDATA, or in /var/lib/cloud/seed/nocloud.
       */
      seed: 'boot-partition' | 'root-directory';
    };
  };
}
