import type { Mount, Swap } from './block-device.ts';

/** Mounts in the order of `/proc/self/mountinfo`. Source: proc_pid_mountinfo(5) */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ', 2);
    const [id, parentId, number, root, mountPoint] = front.split(' ');
    const [kind, source, options] = back.split(' ');
    if (number === undefined || root === undefined || mountPoint === undefined || kind === undefined)
      return [];
    return [
      {
        id: Number(id),
        parentId: Number(parentId),
        number,
        root: unescape(root),
        mountPoint: unescape(mountPoint),
        kind,
        source: unescape(source ?? ''),
        options: (options ?? '').split(',').map(unescape),
      },
    ];
  });
}

/** Swap in use, from `/proc/swaps`. */
export function parseSwaps(text: string): Swap[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [path = ''] = line.split(/\s+/);
      return path === '' ? [] : [{ path: unescape(path) }];
    });
}

/** Paths that the options and the source of a mount name: an overlay's layers, the folders of a union or an encryption. */
export function pathsOf({ kind, source, options }: Mount): string[] {
  const layers = options.flatMap((option) => {
    const [name, value] = splitOnce(option, '=');
    if (!/^(lowerdir|upperdir|workdir|datadir)\+?$/.test(name)) return [];
    return name.startsWith('lower') ? value.split(/:+/) : [value];
  });
  const sources = kind !== 'overlay' && source.startsWith('/') ? source.split(':') : [];
  return [...sources, ...layers].filter((path) => path.startsWith('/'));
}

/**
 * The mount that a path without links leads into, found as the kernel does: from the root on, the first mount on the
 * way. Null where the root is not shown, as in a chroot.
 */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  const ids = new Set(mounts.map(({ id }) => id));
  const root = mounts.find(
    ({ parentId, id, mountPoint }) => mountPoint === '/' && (parentId === id || !ids.has(parentId)),
  );
  if (root === undefined) return null;
  let current = root;
  for (let next: Mount | undefined = root; next !== undefined; next = firstOnTheWay(path, current, mounts))
    current = next;
  return current;
}

function firstOnTheWay(path: string, { id }: Mount, mounts: readonly Mount[]): Mount | undefined {
  return mounts
    .filter((mount) => mount.parentId === id && mount.id !== id && isWithin(path, mount.mountPoint))
    .toSorted((one, other) => one.mountPoint.length - other.mountPoint.length)[0];
}

/** True for the folder itself and everything below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The kernel writes spaces and the like as octal numbers: `\040`. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
