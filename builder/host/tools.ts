/** A package manager family that `doctor` gives installation commands for. */
export type Distribution = 'debian' | 'fedora' | 'arch' | 'macos';

/** One external program: what it is for, how its version is asked for, and the package that brings it. */
export interface Tool {
  readonly program: string;
  readonly purpose: string;
  /** Arguments that print the version. */
  readonly versionArguments: readonly string[];
  /** Package name per distribution family; absent where the family has none. */
  readonly packages: Readonly<Partial<Record<Distribution, string>>>;
  /** `build`: needed to make images; `foreign`: needed for boards of another architecture; `test`: needed by the tests only. */
  readonly neededFor: 'build' | 'foreign' | 'test';
}

/** Every external program that dlimage ever starts. Nothing else may be run: see `runTool`. */
export const tools = {
  mmdebstrap: {
    program: 'mmdebstrap',
    purpose: 'builds Debian bases from signed packages',
    versionArguments: ['--version'],
    packages: { debian: 'mmdebstrap' },
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
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;
