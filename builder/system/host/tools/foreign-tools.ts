import type { Tool } from './tool.ts';

/** Programs that run what belongs to a board of another architecture while a base is built. */
export const foreignTools = {
  'arch-test': {
    program: 'arch-test',
    purpose: 'tells whether this machine can run programs of another architecture',
    versionArguments: [],
    packages: { debian: 'arch-test' },
    neededFor: 'foreign',
  },
  'update-binfmts': {
    program: 'update-binfmts',
    purpose: 'switches emulation of another architecture on',
    versionArguments: ['--version'],
    packages: { debian: 'binfmt-support' },
    neededFor: 'foreign',
  },
  'qemu-user': {
    program: 'qemu-user',
    purpose: 'runs what must run as another architecture while a base is built',
    versionArguments: [],
    files: ['/usr/bin/qemu-aarch64-static', '/usr/bin/qemu-aarch64'],
    packages: { debian: 'qemu-user-static', fedora: 'qemu-user-static', arch: 'qemu-user-static' },
    neededFor: 'foreign',
  },
  mount: {
    program: 'mount',
    purpose: "shows the kernel's list of emulators",
    versionArguments: ['--version'],
    packages: { debian: 'mount', fedora: 'util-linux', arch: 'util-linux' },
    neededFor: 'foreign',
  },
} as const satisfies Record<string, Tool>;
