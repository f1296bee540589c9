/** One installed package, as dpkg has it. */
export interface BasePackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Reads dpkg's status file: every installed package, sorted by name, then architecture. */
export function parseDpkgStatus(text: string): BasePackage[] {
  const packages = text.split(/\n\n+/).flatMap((stanza) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
    const name = field('Package');
    const version = field('Version');
    const architecture = field('Architecture');
    const installed = (field('Status') ?? '').endsWith(' ok installed');
    if (!installed || name === undefined || version === undefined || architecture === undefined) return [];
    return [{ name, version, architecture }];
  });
  return packages.toSorted(
    (one, other) => compare(one.name, other.name) || compare(one.architecture, other.architecture),
  );
}

/** Every name that an installed package has or provides. */
export function presentNames(text: string): ReadonlySet<string> {
  const names = new Set(parseDpkgStatus(text).map(({ name }) => name));
  for (const stanza of text.split(/\n\n+/)) {
    if (!names.has(/^Package: (.*)$/m.exec(stanza)?.[1] ?? '')) continue;
    const provided = /^Provides: (.*)$/m.exec(stanza)?.[1] ?? '';
    for (const one of provided.split(',')) {
      const [name] = one.trim().split(/[\s:(]/);
      if (name !== undefined && name !== '') names.add(name);
    }
  }
  return names;
}

/** Debian's name of the architecture that the system is for: dpkg's own. */
export function nativeArchitectureOf(text: string): string | undefined {
  return parseDpkgStatus(text).find(({ name }) => name === 'dpkg')?.architecture;
}

/** Names of the packages that dpkg has begun but not finished to install. */
export function unfinishedPackages(text: string): string[] {
  const finished = /^Status: (?:\w+ ok (?:installed|config-files|not-installed))$/m;
  return text.split(/\n\n+/).flatMap((stanza) => {
    const name = /^Package: (.*)$/m.exec(stanza)?.[1];
    return name === undefined || finished.test(stanza) ? [] : [name];
  });
}

/** By code unit, as `sort` does in the C locale. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
