/** Abilities of a version of Packer. */
export interface PackerVersion {
  readonly version: string;
  /** It reads the template. */
  readonly isKnown: boolean;
  /** It gets its plugins by `packer init`. */
  readonly hasInit: boolean;
}

/** The oldest that was tried. */
const oldest = [1, 6, 6];
/** Source: https://developer.hashicorp.com/packer/docs/commands/init, "Packer v1.7.0 or later". */
const firstWithInit = [1, 7, 0];

/** Reads what `packer version` prints, "Packer v1.6.6"; null when there is no version in it. */
export function parsePackerVersion(text: string): PackerVersion | null {
  const version = /v(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) return null;
  const numbers = version.split('.').map(Number);
  return { version, isKnown: isAtLeast(numbers, oldest), hasInit: isAtLeast(numbers, firstWithInit) };
}

function isAtLeast(version: readonly number[], wanted: readonly number[]): boolean {
  for (const [index, number] of wanted.entries()) {
    const found = version[index] ?? 0;
    if (found !== number) return found > number;
  }
  return true;
}
