/** A package manager family that `doctor` gives installation commands for. */
export type Distribution = 'debian' | 'fedora' | 'arch' | 'macos';

/** One external program: what it is for, how its version is asked for, and the package that brings it. */
export interface Tool {
  readonly program: string;
  /** Other names of the same program, for distributions that call it so. `program` is tried first. */
  readonly alternatives?: readonly string[];
  readonly purpose: string;
  /** Arguments that print the version. */
  readonly versionArguments: readonly string[];
  /** Package name per distribution family; absent where the family has none. */
  readonly packages: Readonly<Partial<Record<Distribution, string>>>;
  /** For what is no program but data, such as firmware: it is there when one of these files is. Never run. */
  readonly files?: readonly string[];
  /**
   * `build`: needed to make images; `foreign`: needed for boards of another architecture; `packer`: needed by `dlimage
   * packer` only; `test`: needed by the tests only.
   */
  readonly neededFor: Purpose;
}

/** Purposes that programs are needed for, the most common first. */
export const purposes = ['build', 'foreign', 'packer', 'test'] as const;

export type Purpose = (typeof purposes)[number];

/** Where Debian's archive keys lie; the same path on this machine and in a base. */
export const archiveKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Every external program that dlimage ever starts. Nothing else may be run: see `runTool`. */
export const tools = {
  mmdebstrap: {
    program: 'mmdebstrap',
    purpose: 'builds Debian bases from signed packages',
    versionArguments: ['--version'],
    packages: { debian: 'mmdebstrap' },
    neededFor: 'build',
  },
  'debian-archive-keyring': {
    program: 'debian-archive-keyring',
    purpose: "holds Debian's keys, which sign the packages of Debian bases",
    versionArguments: [],
    files: [archiveKeyring],
    packages: { debian: 'debian-archive-keyring', fedora: 'debian-keyring', arch: 'debian-archive-keyring' },
    neededFor: 'build',
  },
  debugfs: {
    program: 'debugfs',
    purpose: 'writes and reads files in ext4 without mounting it',
    versionArguments: ['-V'],
    packages: { debian: 'e2fsprogs', fedora: 'e2fsprogs', arch: 'e2fsprogs', macos: 'e2fsprogs' },
    neededFor: 'build',
  },
  e2fsck: {
    program: 'e2fsck',
    purpose: 'checks ext4 after every change',
    versionArguments: ['-V'],
    packages: { debian: 'e2fsprogs', fedora: 'e2fsprogs', arch: 'e2fsprogs', macos: 'e2fsprogs' },
    neededFor: 'build',
  },
  resize2fs: {
    program: 'resize2fs',
    purpose: 'grows the root file system of a base that has too little room',
    // It has no option for its version, and prints it with its help.
    versionArguments: ['--help'],
    packages: { debian: 'e2fsprogs', fedora: 'e2fsprogs', arch: 'e2fsprogs', macos: 'e2fsprogs' },
    neededFor: 'build',
  },
  gpgv: {
    program: 'gpgv',
    purpose: 'checks the signatures of publishers',
    versionArguments: ['--version'],
    packages: { debian: 'gpgv', fedora: 'gnupg2', arch: 'gnupg', macos: 'gnupg' },
    neededFor: 'build',
  },
  unshare: {
    program: 'unshare',
    purpose: 'gives the building of a base its own mounts and processes, and root rights without root',
    versionArguments: ['--version'],
    packages: { debian: 'util-linux', fedora: 'util-linux', arch: 'util-linux' },
    neededFor: 'build',
  },
  newuidmap: {
    program: 'newuidmap',
    purpose: 'lets an ordinary user build a base with exact file owners',
    versionArguments: ['--help'],
    packages: { debian: 'uidmap', fedora: 'shadow-utils', arch: 'shadow' },
    neededFor: 'build',
  },
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
  'apt-get': {
    program: 'apt-get',
    purpose: 'finds and downloads the packages that an image lacks',
    versionArguments: ['--version'],
    packages: { debian: 'apt', fedora: 'apt' },
    neededFor: 'build',
  },
  'apt-cache': {
    program: 'apt-cache',
    purpose: 'tells how large packages are',
    versionArguments: ['--version'],
    packages: { debian: 'apt', fedora: 'apt' },
    neededFor: 'build',
  },
  'dpkg-deb': {
    program: 'dpkg-deb',
    purpose: 'counts the files of packages that an image lacks',
    versionArguments: ['--version'],
    packages: { debian: 'dpkg', fedora: 'dpkg' },
    neededFor: 'build',
  },
  'apt-config': {
    program: 'apt-config',
    purpose: 'tells the mirror and proxy settings of this machine',
    versionArguments: ['--version'],
    packages: { debian: 'apt' },
    neededFor: 'build',
  },
  mke2fs: {
    program: 'mke2fs',
    purpose: 'makes the ext4 root file system of a base',
    versionArguments: ['-V'],
    packages: { debian: 'e2fsprogs', fedora: 'e2fsprogs', arch: 'e2fsprogs', macos: 'e2fsprogs' },
    neededFor: 'build',
  },
  'mkfs.vfat': {
    program: 'mkfs.vfat',
    purpose: 'makes the FAT boot partition of a base',
    versionArguments: ['--help'],
    packages: { debian: 'dosfstools', fedora: 'dosfstools', arch: 'dosfstools', macos: 'dosfstools' },
    neededFor: 'build',
  },
  sfdisk: {
    program: 'sfdisk',
    purpose: 'writes the partition table of a base',
    versionArguments: ['--version'],
    packages: { debian: 'fdisk', fedora: 'util-linux', arch: 'util-linux' },
    neededFor: 'build',
  },
  mcopy: {
    program: 'mcopy',
    purpose: 'writes files into FAT partitions without mounting them',
    versionArguments: ['--version'],
    packages: { debian: 'mtools', fedora: 'mtools', arch: 'mtools', macos: 'mtools' },
    neededFor: 'build',
  },
  mmd: {
    program: 'mmd',
    purpose: 'makes directories in FAT partitions',
    versionArguments: ['--version'],
    packages: { debian: 'mtools', fedora: 'mtools', arch: 'mtools', macos: 'mtools' },
    neededFor: 'build',
  },
  zstd: {
    program: 'zstd',
    purpose: 'packs and unpacks images: --format img.zst',
    versionArguments: ['--version'],
    packages: { debian: 'zstd', fedora: 'zstd', arch: 'zstd', macos: 'zstd' },
    neededFor: 'build',
  },
  xz: {
    program: 'xz',
    purpose: 'packs and unpacks images: --format img.xz',
    versionArguments: ['--version'],
    packages: { debian: 'xz-utils', fedora: 'xz', arch: 'xz', macos: 'xz' },
    neededFor: 'build',
  },
  'fsck.vfat': {
    program: 'fsck.vfat',
    purpose: 'checks FAT partitions of images',
    // It has no option for its version, and prints it with its help.
    versionArguments: ['--help'],
    packages: { debian: 'dosfstools', fedora: 'dosfstools', arch: 'dosfstools', macos: 'dosfstools' },
    neededFor: 'build',
  },
  cp: {
    program: 'cp',
    purpose: 'copies images without their zeros, as a clone where the filesystem can',
    versionArguments: ['--version'],
    packages: { debian: 'coreutils', fedora: 'coreutils', arch: 'coreutils' },
    neededFor: 'build',
  },
  mv: {
    program: 'mv',
    purpose: 'names files where there are no hard links, as on FAT',
    versionArguments: ['--version'],
    packages: { debian: 'coreutils', fedora: 'coreutils', arch: 'coreutils' },
    neededFor: 'build',
  },
  openssl: {
    program: 'openssl',
    purpose: "makes the cluster's certificate authority and node certificates",
    versionArguments: ['version'],
    packages: { debian: 'openssl', fedora: 'openssl', arch: 'openssl', macos: 'openssl@3' },
    neededFor: 'build',
  },
  'ssh-keygen': {
    program: 'ssh-keygen',
    purpose: 'makes ssh host and node keys',
    // It has no option for its version; ssh of the same package has.
    versionArguments: ['-Q', 'help'],
    packages: { debian: 'openssh-client', fedora: 'openssh', arch: 'openssh', macos: 'openssh' },
    neededFor: 'build',
  },
  shellcheck: {
    program: 'shellcheck',
    purpose: 'checks the scripts that run on the nodes',
    versionArguments: ['--version'],
    packages: { debian: 'shellcheck', fedora: 'ShellCheck', arch: 'shellcheck', macos: 'shellcheck' },
    neededFor: 'test',
  },
  xmllint: {
    program: 'xmllint',
    purpose: 'reads the OVF of our boxes in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'libxml2-utils', fedora: 'libxml2', arch: 'libxml2', macos: 'libxml2' },
    neededFor: 'test',
  },
  zsh: {
    program: 'zsh',
    purpose: 'reads our completion script in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'zsh', fedora: 'zsh', arch: 'zsh', macos: 'zsh' },
    neededFor: 'test',
  },
  fish: {
    program: 'fish',
    purpose: 'reads our completion script in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'fish', fedora: 'fish', arch: 'fish', macos: 'fish' },
    neededFor: 'test',
  },
  ssh: {
    program: 'ssh',
    purpose: 'asks the nodes how they are',
    versionArguments: ['-V'],
    packages: { debian: 'openssh-client', fedora: 'openssh-clients', arch: 'openssh', macos: 'openssh' },
    neededFor: 'build',
  },
  setpriv: {
    program: 'setpriv',
    purpose: 'ends the building of a base when dlimage is killed',
    versionArguments: ['--version'],
    packages: { debian: 'util-linux', fedora: 'util-linux', arch: 'util-linux' },
    neededFor: 'build',
  },
  gzip: {
    program: 'gzip',
    purpose: 'reads our compressed images in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'gzip', fedora: 'gzip', arch: 'gzip' },
    neededFor: 'test',
  },
  pigz: {
    program: 'pigz',
    purpose: 'reads our compressed images in the tests, and is compared with in the benchmark',
    versionArguments: ['--version'],
    packages: { debian: 'pigz', fedora: 'pigz', arch: 'pigz', macos: 'pigz' },
    neededFor: 'test',
  },
  bsdcat: {
    program: 'bsdcat',
    purpose: 'reads our compressed images in the tests with libarchive, as Raspberry Pi Imager does',
    versionArguments: ['--version'],
    packages: { debian: 'libarchive-tools', fedora: 'bsdcat', arch: 'libarchive', macos: 'libarchive' },
    neededFor: 'test',
  },
  gpg: {
    program: 'gpg',
    purpose: 'makes keys, and signs what the tests serve',
    versionArguments: ['--version'],
    packages: { debian: 'gnupg', fedora: 'gnupg2', arch: 'gnupg' },
    neededFor: 'test',
  },
  bmaptool: {
    program: 'bmaptool',
    purpose: 'reads our block maps in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'bmap-tools', fedora: 'bmap-tools' },
    neededFor: 'test',
  },
  busybox: {
    program: 'busybox-static',
    purpose: "is the web server in the boot tests' container image",
    versionArguments: [],
    files: ['/bin/busybox', '/usr/sbin/busybox.static'],
    packages: { debian: 'busybox-static', fedora: 'busybox' },
    neededFor: 'test',
  },
  'qemu-img': {
    program: 'qemu-img',
    purpose:
      'writes and reads disks of hypervisors: --format vmdk, vdi, vhdx, and qcow2 images of publishers',
    versionArguments: ['--version'],
    packages: { debian: 'qemu-utils', fedora: 'qemu-img', arch: 'qemu-img', macos: 'qemu' },
    neededFor: 'build',
  },
  xorriso: {
    program: 'xorriso',
    purpose: 'writes seed volumes: --format seed-iso, and boxes for Vagrant',
    versionArguments: ['--version'],
    packages: { debian: 'xorriso', fedora: 'xorriso', arch: 'libisoburn', macos: 'xorriso' },
    neededFor: 'build',
  },
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
  'qemu-system-aarch64': {
    program: 'qemu-system-aarch64',
    purpose: 'boots images for the Raspberry Pi and for 64-bit ARM machines in tests',
    versionArguments: ['--version'],
    packages: {
      debian: 'qemu-system-arm',
      fedora: 'qemu-system-aarch64-core',
      arch: 'qemu-system-aarch64',
      macos: 'qemu',
    },
    neededFor: 'test',
  },
  'uefi-x86': {
    program: 'OVMF',
    purpose: 'UEFI firmware for booting images for PCs in tests',
    versionArguments: [],
    files: [
      '/usr/share/OVMF/OVMF_CODE_4M.fd',
      '/usr/share/edk2/ovmf/OVMF_CODE.fd',
      '/usr/share/edk2/x64/OVMF_CODE.4m.fd',
    ],
    packages: { debian: 'ovmf', fedora: 'edk2-ovmf', arch: 'edk2-ovmf' },
    neededFor: 'test',
  },
  'uefi-arm64': {
    program: 'AAVMF',
    purpose: 'UEFI firmware for booting images for 64-bit ARM machines in tests',
    versionArguments: [],
    files: ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/edk2/aarch64/QEMU_EFI.fd'],
    packages: { debian: 'qemu-efi-aarch64', fedora: 'edk2-aarch64', arch: 'edk2-aarch64' },
    neededFor: 'test',
  },
  sgdisk: {
    program: 'sgdisk',
    purpose: 'judges partition tables in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'gdisk', fedora: 'gdisk', arch: 'gptfdisk', macos: 'gptfdisk' },
    neededFor: 'test',
  },
  bzip2: {
    program: 'bzip2',
    purpose: 'packs images in the tests',
    versionArguments: ['--version'],
    packages: { debian: 'bzip2', fedora: 'bzip2', arch: 'bzip2', macos: 'bzip2' },
    neededFor: 'test',
  },
  '7zz': {
    program: '7zz',
    // Debian 13 and Arch call it 7z.
    alternatives: ['7z'],
    purpose: 'unpacks zip and 7z archives with images of publishers',
    versionArguments: ['i'],
    packages: { debian: '7zip', fedora: '7zip', arch: '7zip', macos: 'sevenzip' },
    neededFor: 'build',
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;
