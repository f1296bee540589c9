// Made from profiles/schemas/base.schema.json by `npm run generate`. Do not edit.

/**
 * An OS base image: how it is made, and what the planner has to know about it. A definition serves every platform listed in it.
 */
export interface BaseDefinition {
  /**
   * Full name of the operating system.
   */
  description: string;
  /**
   * What mmdebstrap makes the root file system from.
   */
  build: {
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
   * Versions that rules and templates decide by; checked against the built base's own package list.
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
  };
  /**
   * One disk layout per `<platform>-<architecture>` of a profile.
   */
  platforms: {
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
