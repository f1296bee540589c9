// Made from profiles/schemas/profile.schema.json by `npm run generate`. Do not edit.

/**
 * A board: the hardware of one kind of node, and the bases that run on it.
 */
export interface Profile {
  /**
   * The board's full name, shown in lists.
   */
  description: string;
  /**
   * Debian architecture name of the operating system on the board.
   */
  architecture: 'amd64' | 'arm64' | 'armhf' | 'armel';
  /**
   * Other architectures whose operating systems run on the board: a base that has no image for `architecture` may have one for these.
   *
   * @minItems 1
   */
  also_runs?: ['amd64' | 'arm64' | 'armhf' | 'armel', ...('amd64' | 'arm64' | 'armhf' | 'armel')[]];
  /**
   * How the board boots: the Raspberry Pi firmware, UEFI only, or a PC with BIOS or UEFI. Together with the architecture it picks the disk layout and kernel of a base.
   */
  platform: 'raspberry-pi' | 'uefi' | 'pc';
  /**
   * Smallest memory of the board in MiB.
   */
  memory_mb: number;
  /**
   * CPUs of a virtual machine that takes the place of the board; 2 when absent.
   */
  cpus?: number;
  /**
   * Name of the wired network interface on the node.
   */
  interface: string;
  /**
   * Name of the Wi-Fi interface; absent where the board has none.
   */
  wifi_interface?: string;
  /**
   * Largest packet of the wired interface, in bytes; absent where it is not known.
   */
  max_mtu?: number;
  /**
   * Kernel name of the serial console with its speed.
   */
  console: string;
  /**
   * Names of the bases in profiles/bases that run on this board.
   *
   * @minItems 1
   */
  bases: [string, ...string[]];
  /**
   * The base that is taken when the user names none.
   */
  default_base: string;
  /**
   * Storage that is taken when the user names none. 32-bit ARM has no working GlusterFS since version 10.
   */
  default_storage: 'glusterfs' | 'none';
}
