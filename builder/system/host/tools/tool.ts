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
   * `build`: needed to make images; `foreign`: needed for boards of another architecture; `flash`: needed
   * by `dlimage flash` only; `packer`: needed by `dlimage
   * packer` only; `test`: needed by the tests only.
   */
  readonly neededFor: Purpose;
}

/** Purposes that programs are needed for, the most common first. */
export const purposes = ['build', 'foreign', 'flash', 'packer', 'test'] as const;

export type Purpose = (typeof purposes)[number];
