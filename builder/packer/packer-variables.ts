import { isBuilt, platformOf } from '../definition/base-traits.ts';
import type { Cluster, ClusterNode } from '../definition/cluster.ts';
import { machineSize } from '../vagrant/box-files.ts';

/** What `packer/dlimage.pkr.hcl` asks for; `dlimage.auto.pkrvars.json` beside it answers. */
export interface PackerVariables {
  readonly name: string;
  readonly image: string;
  readonly image_checksum: string;
  readonly ovf: string;
  readonly overlay: string;
  readonly seed: readonly string[];
  readonly ssh_private_key_file: string;
  readonly packages: readonly string[];
  readonly output_directory: string;
  readonly disk_mb: number;
  readonly memory_mb: number;
  readonly cpus: number;
  readonly accelerator: string;
  readonly cpu_model: string;
  readonly uefi_firmware: string;
  readonly timeout: string;
}

/** The machine that Packer starts. */
export const packerBuilders = { bios: 'qemu.bios', uefi: 'qemu.uefi', virtualbox: 'virtualbox-ovf.vendor' } as const;

export type PackerBuilder = keyof typeof packerBuilders;

/** The user that the image has while it is made. */
export const packerUser = 'dlimage-packer';

/**
 * Packages that a node of this cluster needs of a vendor's image: those of the base that dlimage would build, so the
 * image must be of the same release. Without the kernel and the boot loader, which the image has.
 */
export function packagesForNode({ packages }: Cluster, { base, profile }: ClusterNode): string[] {
  if (base.from !== 'definition' || !isBuilt(base.definition)) return [...packages];
  const excluded = new Set(base.definition.platforms[platformOf(profile)]?.exclude_packages ?? []);
  const wanted = base.definition.build.packages.filter((name) => !excluded.has(name));
  return [...new Set([...wanted, ...packages])];
}

/** What is the same for every build of a node or cluster; paths are absolute. */
export function packerVariables(
  node: ClusterNode,
  given: Omit<PackerVariables, 'memory_mb' | 'cpus' | 'cpu_model' | 'timeout'>,
): PackerVariables {
  const { memoryMegabytes, cpus } = machineSize(node.profile);
  const isEmulated = given.accelerator === 'tcg';
  return {
    ...given,
    memory_mb: memoryMegabytes,
    cpus,
    cpu_model: isEmulated ? 'max' : 'host',
    timeout: isEmulated ? '60m' : '20m',
  };
}

/** cloud-init's documents for the time that the image is made. */
export function packerSeed(publicKey: string): { readonly userData: string; readonly metaData: string } {
  const user = {
    name: packerUser,
    sudo: 'ALL=(ALL) NOPASSWD:ALL',
    shell: '/bin/sh',
    lock_passwd: true,
    ssh_authorized_keys: [publicKey],
  };
  // JSON is YAML.
  return {
    userData: `#cloud-config\n${JSON.stringify({ users: [user], package_update: false })}\n`,
    metaData: `${JSON.stringify({ 'instance-id': packerUser })}\n`,
  };
}

/** The oldest Packer that reads the template; from `withInit` on it gets its plugins by `packer init`. */
const oldest = [1, 6, 6];
const withInit = [1, 7, 0];

/** What a version of Packer can do; null when the text names no version. Source: `packer version` prints "Packer v1.6.6". */
export function parsePackerVersion(
  text: string,
): { readonly version: string; readonly isKnown: boolean; readonly hasInit: boolean } | null {
  const version = /v(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) return null;
  const numbers = version.split('.').map(Number);
  return { version, isKnown: isAtLeast(numbers, oldest), hasInit: isAtLeast(numbers, withInit) };
}

function isAtLeast(version: readonly number[], wanted: readonly number[]): boolean {
  for (const [index, number] of wanted.entries()) {
    const found = version[index] ?? 0;
    if (found !== number) return found > number;
  }
  return true;
}
