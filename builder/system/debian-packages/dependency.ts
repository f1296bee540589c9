/** One need of an overlay or of the user: a package, or several of which one is enough, the preferred first. */
export type Dependency = readonly string[];

/** Reads `docker.io | docker-ce`, as overlays write it. */
export function parseDependency(text: string): Dependency {
  return text.split('|').map((name) => name.trim());
}

/** Writes a need as apt reads it. */
export function formatDependency(dependency: Dependency): string {
  return dependency.join(' | ');
}

/** The needs that none of `present` meets, each once, in their order. */
export function missingDependencies(
  wanted: readonly Dependency[],
  present: ReadonlySet<string>,
): Dependency[] {
  const missing = wanted.filter((names) => !names.some((name) => present.has(name)));
  return [...new Map(missing.map((names) => [formatDependency(names), names])).values()];
}
