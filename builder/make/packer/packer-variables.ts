import type { Profile } from '../../cluster/generated/profile.ts';
import { machineSize } from '../../artifact/box-files.ts';

/** The machines in which Packer can make an image, by the names that people give; the values are Packer's own. */
export const packerBuilders = {
  bios: 'qemu.bios',
  uefi: 'qemu.uefi',
  virtualbox: 'virtualbox-ovf.vendor',
} as const;

export type PackerBuilder = keyof typeof packerBuilders;

/** The computer that Packer runs on. */
export interface PackerHost {
  readonly accelerator: 'kvm' | 'hvf' | 'tcg';
  /** Firmware in one file; empty where there is none. */
  readonly firmware: string;
}

/** Input and output files of an image, as absolute paths; those of the other builder are empty. */
export interface PackerFiles {
  readonly image: string;
  /** Hexadecimal digits. */
  readonly imageSha256: string;
  readonly ovf: string;
  readonly overlay: string;
  readonly seed: readonly string[];
  readonly seedIso: string;
  readonly privateKey: string;
  readonly outputDirectory: string;
  readonly consoleLog: string;
}

/** Values for the variables of `packer/dlimage.pkr.hcl`, written to `dlimage.auto.pkrvars.json`. Holds no secret. */
export type PackerVariables = Readonly<Record<string, string | number | readonly string[]>>;

/** Renders the variables of one build. `diskBytes` are whole MiB. */
export function packerVariables(
  name: string,
  profile: Profile,
  diskBytes: number,
  host: PackerHost,
  files: PackerFiles,
): PackerVariables {
  const { memoryMegabytes, cpus } = machineSize(profile);
  const isEmulated = host.accelerator === 'tcg';
  return {
    name,
    image: files.image,
    image_checksum: `sha256:${files.imageSha256}`,
    ovf: files.ovf,
    overlay: files.overlay,
    seed: files.seed,
    seed_iso: files.seedIso,
    ssh_private_key_file: files.privateKey,
    output_directory: files.outputDirectory,
    console_log: files.consoleLog,
    disk_mb: diskBytes / mebibyte,
    memory_mb: memoryMegabytes,
    // Emulated processors: the plainest is the quickest, and with two of them kernels now and then die.
    cpus: isEmulated ? 1 : cpus,
    cpu_model: isEmulated ? 'qemu64' : 'host',
    accelerator: host.accelerator,
    uefi_firmware: host.firmware,
    // Packages that came with an image are installed before Packer is let in.
    timeout: isEmulated ? '3h' : '30m',
  };
}

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

/** Disk space beside its files that a system needs to start and be used while the image is made. */
const spareBytes = gibibyte;

/** Size of the disk: whole GiB, as Vagrant counts, with room for the overlay and for the packages that came along. */
export function packerDiskBytes(imageBytes: number, overlayBytes: number): number {
  return Math.ceil((imageBytes + 2 * overlayBytes + spareBytes) / gibibyte) * gibibyte;
}

/** Places where a builder of the template puts its results, relative to the output directory. */
export function packerResults(name: string, builder: PackerBuilder) {
  const source = packerBuilders[builder].split('.')[1] ?? '';
  const checksums = `${name}.${source}.sha256`;
  return {
    box: `${name}.${source}.box`,
    boxChecksum: `${name}.${source}.box.sha256`,
    disk: builder === 'virtualbox' ? null : { path: `${builder}/${name}.qcow2`, checksum: checksums },
  };
}
