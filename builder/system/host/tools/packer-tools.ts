import type { Tool } from './tool.ts';

/** Programs of `dlimage packer`. */
export const packerTools = {
  packer: {
    program: 'packer',
    purpose: 'makes images in a virtual machine: dlimage packer',
    versionArguments: ['version'],
    packages: { debian: 'packer', arch: 'packer', macos: 'hashicorp/tap/packer' },
    neededFor: 'packer',
  },
  'uefi-x86-whole': {
    program: 'OVMF.fd',
    purpose: 'is the UEFI firmware of dlimage packer --builder uefi',
    versionArguments: [],
    files: ['/usr/share/ovmf/OVMF.fd', '/usr/share/edk2/ovmf/OVMF.fd', '/usr/share/edk2/x64/OVMF.4m.fd'],
    packages: { debian: 'ovmf', fedora: 'edk2-ovmf', arch: 'edk2-ovmf' },
    neededFor: 'packer',
  },
  'qemu-system-x86_64': {
    program: 'qemu-system-x86_64',
    purpose: 'boots images for PCs, and is the LAN between nodes in the tests',
    versionArguments: ['--version'],
    packages: {
      debian: 'qemu-system-x86',
      fedora: 'qemu-system-x86-core',
      arch: 'qemu-system-x86',
      macos: 'qemu',
    },
    neededFor: 'packer',
  },
} as const satisfies Record<string, Tool>;
