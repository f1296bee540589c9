/** A package that apt would download. */
export interface PackageFile {
  /** Name of the file in apt's archive directory. */
  readonly fileName: string;
  readonly uri: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Reads what `apt-get --print-uris` lists. A line without a SHA-256 is left out: such a file could not be verified. */
export function parsePackageFiles(stdout: string): PackageFile[] {
  return stdout.split('\n').flatMap((line) => {
    const match = /^'([^']+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/.exec(line.trim());
    const [, uri, fileName, size, sha256] = match ?? [];
    if (uri === undefined || fileName === undefined || size === undefined || sha256 === undefined) return [];
    return [{ uri, fileName, sizeBytes: Number(size), sha256 }];
  });
}

/** Actions that `apt-get --simulate` lists. */
export interface AptSimulation {
  /** In the order of their first unpacking. */
  readonly installed: readonly {
    readonly name: string;
    readonly version: string;
    readonly architecture: string;
  }[];
  /** Names, of packages that are in the way of others. */
  readonly removed: readonly string[];
}

/** Reads `Inst` and `Remv` lines: `Inst chrony [4.5-1] (4.6.1-3 Debian:13.0/stable [amd64])`. */
export function parseSimulation(stdout: string): AptSimulation {
  const lines = stdout.split('\n');
  return {
    installed: lines.flatMap((line) => {
      const [, qualified, version, architecture] =
        /^Inst (\S+) (?:\[\S+\] )?\((\S+) [^[]*\[(\w+)\]\)/.exec(line) ?? [];
      if (qualified === undefined || version === undefined || architecture === undefined) return [];
      return [{ name: withoutArchitecture(qualified), version, architecture }];
    }),
    removed: lines.flatMap((line) => {
      const [, qualified] = /^Remv (\S+) /.exec(line) ?? [];
      return qualified === undefined ? [] : [withoutArchitecture(qualified)];
    }),
  };
}

/** Why apt found no way: its own lines, and the packages that were asked for and that no archive has. */
export function parseUnmet(stdout: string): {
  readonly unavailable: readonly string[];
  readonly lines: readonly string[];
} {
  const lines = stdout
    .split('\n')
    .filter((line) => /Depends: |Conflicts: |Breaks: |but it is not/.test(line));
  const unavailable: string[] = [];
  let isAsked = false;
  for (const line of lines) {
    // What apt has to say of one package goes on in lines without its name.
    if (/^ \S+ : /.test(line)) isAsked = line.startsWith(' satisfy:command-line : ');
    const [, name] = /(?:^|\s)(\S+) but it is not installable(?: or)?$/.exec(line) ?? [];
    if (isAsked && name !== undefined) unavailable.push(name);
  }
  return { unavailable, lines: lines.map((line) => line.trim()) };
}

function withoutArchitecture(qualified: string): string {
  return qualified.replace(/:\w+$/, '');
}
