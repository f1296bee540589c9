/** The publisher's own part of a Debian version, numbers only: `29.1.3` of `5:29.1.3-0ubuntu1~24.04`. */
export function upstreamVersion(version: string): string {
  return /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? version;
}

/** Orders versions that are numbers with dots between them: negative when `one` is the older. A missing part is 0. */
export function compareVersions(one: string, other: string): number {
  const ones = one.split('.').map(Number);
  const others = other.split('.').map(Number);
  for (let index = 0; index < Math.max(ones.length, others.length); index += 1) {
    const difference = (ones[index] ?? 0) - (others[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
