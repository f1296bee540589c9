import type { Tool } from './tool.ts';

/** Programs of `dlimage flash`. */
export const flashTools = {
  lsblk: {
    program: 'lsblk',
    purpose: 'lists disks, cards and what lies on them',
    versionArguments: ['--version'],
    packages: { debian: 'util-linux', fedora: 'util-linux', arch: 'util-linux' },
    neededFor: 'flash',
  },
  'systemd-inhibit': {
    program: 'systemd-inhibit',
    purpose: 'keeps the machine awake while a card is written',
    versionArguments: ['--version'],
    packages: { debian: 'systemd', fedora: 'systemd', arch: 'systemd' },
    neededFor: 'flash',
  },
} as const satisfies Record<string, Tool>;
