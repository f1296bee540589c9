import type { Profile } from '../cluster/generated/profile.ts';
import { assetText, type Assets } from '../node/overlay/assets.ts';
import { createTemplateSet } from '../node/render/template-set.ts';

/** The files of boxes beside their disks, as text; all of it follows from the profile and the name. */
export interface BoxFiles {
  /** Vagrantfile of a box that is used without the cluster's. */
  readonly vagrantfile: string;
  /** OVF that VirtualBox imports; its disk is `box.vmdk`. */
  readonly ovf: string;
}

/** CPUs of a virtual machine whose profile says nothing of them. */
const defaultCpus = 2;

/** Memory and CPUs of a virtual machine of a board. */
export function machineSize(profile: Profile): { readonly memoryMegabytes: number; readonly cpus: number } {
  return { memoryMegabytes: profile.memory_mb, cpus: profile.cpus ?? defaultCpus };
}

/** Renders the files of boxes. */
export function renderBoxFiles(
  assets: Assets,
  box: { readonly name: string; readonly profile: Profile; readonly diskBytes: number },
): BoxFiles {
  const { memoryMegabytes, cpus } = machineSize(box.profile);
  const context = { name: box.name, memory_mb: memoryMegabytes, cpus, disk_bytes: box.diskBytes };
  return {
    vagrantfile: assetText(assets, 'packer/vagrant/box.Vagrantfile'),
    ovf: createTemplateSet(assets)('packer/vagrant/box.ovf.hbs', context),
  };
}

const gibibyte = 2 ** 30;

/** The smallest whole number of GiB that holds a disk: vagrant-libvirt counts in no other unit. */
export function wholeGibibytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / gibibyte);
}

/** Source: https://vagrant-libvirt.github.io/vagrant-libvirt/boxes.html, "Version 1"; vagrant-qemu takes the same. */
export function libvirtMetadata(diskBytes: number): string {
  return json({ provider: 'libvirt', format: 'qcow2', virtual_size: wholeGibibytes(diskBytes) });
}

/** Source: https://developer.hashicorp.com/vagrant/docs/boxes/format */
export function virtualboxMetadata(): string {
  return json({ provider: 'virtualbox' });
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
