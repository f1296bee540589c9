import type { ExtInode } from './debugfs-output.ts';
import { ancestorsOf, childOf, parentOf, partsOf } from './image-path.ts';

/** A file of the root filesystem with the target of a link, however long. */
export interface ExtNode extends ExtInode {
  readonly target: string | null;
}

/** Target of a path once the links in its directories are followed. */
export interface ExtPlace {
  /** Path without links in its directories. */
  readonly path: string;
  /** The inode there; null when nothing is. */
  readonly node: ExtNode | null;
  /** Number of the path's leading directories that exist. */
  readonly existingDepth: number;
  /** Links that were followed on the way. */
  readonly links: readonly string[];
  /** A file that stands where the path needs a directory, or a link that leads in a circle. */
  readonly blockedBy: string | null;
}

/** Looks up paths, many in one go; those that do not exist come back as null. Links are not followed. */
export type LoadExtNodes = (paths: readonly string[]) => Promise<ReadonlyMap<string, ExtNode | null>>;

/** Paths of one root filesystem; each is looked up only once. */
export interface ExtTree {
  /** Resolves paths; `followLast` also follows a link at the very end. */
  resolve(paths: readonly string[], followLast?: boolean): Promise<ExtPlace[]>;
}

/** As the kernel: more links than this on one path are a circle. Source: Linux include/linux/namei.h, MAXSYMLINKS. */
const linkLimit = 40;

/** Makes a tree that remembers what `load` found. */
export function createExtTree(load: LoadExtNodes): ExtTree {
  const known = new Map<string, ExtNode | null>();
  const learn = async (paths: Iterable<string>): Promise<void> => {
    const unknown = [...new Set(paths)].filter((path) => !known.has(path));
    if (unknown.length === 0) return;
    for (const [path, node] of await load(unknown)) known.set(path, node);
  };
  return {
    async resolve(paths, followLast = false) {
      // Nearly all paths have no links, so one look-up of every prefix mostly answers everything.
      await learn(['/', ...paths.flatMap((path) => [...ancestorsOf(path), path])]);
      for (;;) {
        const walks = paths.map((path) => walk(path, followLast, known));
        const missing = walks.flatMap((step) => ('needs' in step ? step.needs : []));
        if (missing.length === 0) return walks.flatMap((step) => ('place' in step ? [step.place] : []));
        await learn(missing);
      }
    },
  };
}

type Step = { readonly place: ExtPlace } | { readonly needs: readonly string[] };

function walk(path: string, followLast: boolean, known: ReadonlyMap<string, ExtNode | null>): Step {
  const parts = partsOf(path);
  const links: string[] = [];
  let current = '/';
  let node: ExtNode | null | undefined = known.get('/');
  let existingDepth = 0;
  if (node === undefined) return { needs: ['/'] };
  for (let name = parts.shift(); name !== undefined; name = parts.shift()) {
    if (node !== null && node.kind !== 'directory') return blocked(current, links, current);
    const next = name === '..' ? parentOf(current) : childOf(current, name);
    // Below a directory that does not exist nothing exists.
    const found: ExtNode | null | undefined = node === null && name !== '..' ? null : known.get(next);
    if (found === undefined) return { needs: [next, ...below(next, parts)] };
    if (found?.kind === 'symlink' && (parts.length > 0 || followLast)) {
      links.push(next);
      if (links.length > linkLimit) return blocked(next, links, next);
      const target = found.target ?? '';
      parts.unshift(...partsOf(target));
      if (target.startsWith('/')) {
        current = '/';
        node = known.get('/') ?? null;
        existingDepth = 0;
      }
      continue;
    }
    current = next;
    node = found;
    if (found !== null) existingDepth = partsOf(next).length;
  }
  return { place: { path: current, node, existingDepth, links, blockedBy: null } };
}

/** Also looks up the paths needed if no further link follows: each look-up takes a program. */
function below(path: string, parts: readonly string[]): string[] {
  let current = path;
  return parts.map((name) => (current = name === '..' ? parentOf(current) : childOf(current, name)));
}

function blocked(path: string, links: readonly string[], blockedBy: string): Step {
  return { place: { path, node: null, existingDepth: 0, links, blockedBy } };
}
