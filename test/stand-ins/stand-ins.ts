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
/** The kernel alone: QEMU does not run the board's firmware, so nobody would notice that it is there. */
const arm64Kernel = ['linux-image-arm64'];
const pcBoot = ['grub-common', 'grub-pc-bin', 'grub-efi-amd64-signed', 'shim-signed', 'linux-image-amd64'];

/** What mke2fs makes by default on Ubuntu 24.04 and Debian 12. */
const ext4 =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum';

/** pi-gen's, with what mke2fs of Debian 13 has beyond that: checksums with a seed, and a file of orphans. */
const ext4OfRaspberryPiOs =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,dir_nlink,extra_isize,metadata_csum,metadata_csum_seed,orphan_file';

/** Source of layouts, labels and settings: `facts/images.md`, section 4.4, and what the publishers' images hold. */
export const standIns = {
  'cloud-amd64': {
    description: "Ubuntu's cloud image for a PC: /boot on partition 16",
    model: 'ubuntu-24.04-cloud',
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
  'ubuntu-arm64': {
    description: "Ubuntu's image for Raspberry Pis",
    model: 'ubuntu-24.04',
    platform: 'raspberry-pi',
    architecture: 'arm64',
    suite: 'trixie',
    components: ['main'],
    packages: [...system, ...network, ...arm64Kernel],
    table: 'dos',
    sizeMb: 3328,
    partitions: [
      {
        number: 1,
        startSector: 2048,
        sizeMb: 512,
        type: 'c',
        bootable: true,
        content: { kind: 'fat32', label: 'system-boot', mountPoint: '/boot/firmware', sectorsPerCluster: 8 },
      },
      {
        number: 2,
        startSector: 1050624,
        type: '83',
        content: { kind: 'ext4', label: 'writable', mountPoint: '/', features: ext4 },
      },
    ],
  },
  'raspios-arm64': {
    description: 'Raspberry Pi OS Lite',
    model: 'raspios-trixie',
    platform: 'raspberry-pi',
    architecture: 'arm64',
    suite: 'trixie',
    components: ['main'],
    packages: [...system, 'netplan.io', 'network-manager', 'systemd-timesyncd', ...arm64Kernel],
    table: 'dos',
    diskId: '3d1a7c52',
    sizeMb: 3072,
    partitions: [
      {
        number: 1,
        startSector: 16384,
        sizeMb: 512,
        type: 'c',
        content: { kind: 'fat32', label: 'bootfs', mountPoint: '/boot/firmware', sectorsPerCluster: 1 },
      },
      {
        number: 2,
        startSector: 1064960,
        type: '83',
        content: { kind: 'ext4', label: 'rootfs', mountPoint: '/', features: ext4OfRaspberryPiOs },
      },
    ],
  },
  'hypriotos-armhf': {
    // Of Debian's releases with a cloud-init the oldest that our build scripts know.
    description: 'HypriotOS, with the cloud-init of Debian 12 in the place of that of Raspbian 10',
    model: 'hypriotos-1.12.3',
    platform: 'raspberry-pi',
    architecture: 'armhf',
    suite: 'bookworm',
    components: ['main'],
    hooks: ['merged-usr'],
    packages: [
      ...system,
      'ifupdown',
      'isc-dhcp-client',
      'fake-hwclock',
      'systemd-timesyncd',
      'linux-image-armmp',
    ],
    table: 'dos',
    diskId: '9be04f16',
    sizeMb: 2048,
    partitions: [
      {
        number: 1,
        startSector: 2048,
        sizeMb: 100,
        type: 'c',
        content: { kind: 'fat16', label: 'HypriotOS', mountPoint: '/boot', sectorsPerCluster: 4 },
      },
      {
        number: 2,
        startSector: 206848,
        type: '83',
        content: { kind: 'ext4', label: 'root', mountPoint: '/', features: ext4, bytesPerInode: 4096 },
      },
    ],
  },
} as const satisfies Record<string, StandIn>;

/** Names of the stand-ins there are. */
export type StandInName = keyof typeof standIns;
