/** Parts of an absolute path; empty parts and `.` do not count. */
export function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** The directory that holds a path: `/etc` for `/etc/hostname`, `/` for `/etc`. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A name inside a directory, as an absolute path. */
export function childOf(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** All directories above a path, outermost first, without the root: `/a`, `/a/b` for `/a/b/c`. */
export function ancestorsOf(path: string): string[] {
  const parts = partsOf(path).slice(0, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** Orders paths by code units, so that the order is the same on every machine and parents come first. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
