import type { StandIn } from './stand-in.ts';

const system = [
  ...[
    'init',
    'systemd-sysv',
    'udev',
    'dbus',
    'libpam-systemd',
    'kmod',
    'adduser',
    'procps',
    'netbase',
    'locales',
  ],
  ...[
    'tzdata',
    'ca-certificates',
    'curl',
    'less',
    'nano',
    'bash-completion',
    'man-db',
    'unattended-upgrades',
  ],
  ...[
    'e2fsprogs',
    'dosfstools',
    'fdisk',
    'gdisk',
    'iproute2',
    'iputils-ping',
    'initramfs-tools',
    'zstd',
    'busybox',
  ],
  ...['python3', 'sudo', 'openssh-server', 'openssh-client', 'cloud-init', 'cloud-guest-utils', 'apparmor'],
];
const network = ['netplan.io', 'systemd-resolved', 'systemd-timesyncd'];
const pcBoot = ['grub-common', 'grub-pc-bin', 'grub-efi-amd64-signed', 'shim-signed', 'linux-image-amd64'];

/** What mke2fs makes by default on Ubuntu 24.04 and Debian 12. */
const ext4 =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum';

/** Source of layouts, labels and settings: `facts/images.md`, section 4.4, and what the publishers' images hold. */
export const standIns = {
  'cloud-amd64': {
    description: "Ubuntu's cloud image for a PC: /boot on partition 16",
    platform: 'pc',
    architecture: 'amd64',
    suite: 'trixie',
    components: ['main'],
    packages: [...system, ...network, ...pcBoot],
    table: 'gpt',
    sizeMb: 3584,
    partitions: [
      {
        number: 14,
        startSector: 2048,
        sizeMb: 4,
        type: '21686148-6449-6E6F-744E-656564454649',
        content: { kind: 'code' },
      },
      {
        number: 15,
        startSector: 10240,
        sizeMb: 106,
        type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
        content: { kind: 'fat32', label: 'UEFI', mountPoint: '/boot/efi', sectorsPerCluster: 1 },
      },
      {
        number: 16,
        startSector: 227328,
        sizeMb: 913,
        type: 'BC13C2FF-59E6-4262-A352-B275FD6F7172',
        content: { kind: 'ext4', label: 'BOOT', mountPoint: '/boot', features: ext4 },
      },
      {
        number: 1,
        startSector: 2097152,
        type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
        content: { kind: 'ext4', label: 'cloudimg-rootfs', mountPoint: '/', features: ext4 },
      },
    ],
  },
} as const satisfies Record<string, StandIn>;

/** Names of the stand-ins there are. */
export type StandInName = keyof typeof standIns;
