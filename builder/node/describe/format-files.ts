import { formatRows } from '../../report/format-table.ts';
import type { PlannedEntry, PlannedNode } from './plan.ts';

/** Longer lists of names are cut: a thousand nodes may share a file. */
const mostNamed = 6;
const sizeColumn = 2;

/** An entry at one path of one or more nodes. */
interface SharedPath {
  readonly entry: PlannedEntry;
  readonly nodes: string[];
  readonly sizes: Set<number | null>;
  /** SHA-256, or the node's name where the content is secret or not known yet. */
  readonly contents: Set<string>;
}

/**
 * The files of all nodes, each path once: first what all nodes have alike, then what each has with a content of its own,
 * then what only some have. Blocks of text, each with a heading.
 */
export function formatFiles(nodes: readonly PlannedNode[]): string[] {
  const groups = new Map<string, SharedPath[]>();
  for (const path of collectPaths(nodes)) {
    const heading = headingOf(path, nodes.length);
    groups.set(heading, [...(groups.get(heading) ?? []), path]);
  }
  return [...groups]
    .toSorted(([, one], [, other]) => rank(one) - rank(other))
    .map(([heading, paths]) => `${heading}\n${formatRows(paths.map(row), { right: [sizeColumn] })}`);
}

/** `133 files, links and folders on each node, 12 of them its own`: what is left out without `--files`. */
export function describeCounts(nodes: readonly PlannedNode[]): string {
  const counts = nodes.map(({ entries }) => entries.length);
  const own = nodes.map(({ entries }) => entries.filter(({ shared }) => !shared).length);
  return `${range(counts)} files, links and folders on each node, ${range(own)} of them its own`;
}

/** Entries that many nodes share come first; of these, equal ones before different ones. */
function rank([first]: readonly SharedPath[]): number {
  return first === undefined ? 0 : -2 * first.nodes.length + (isAlike(first) ? 0 : 1);
}

function collectPaths(nodes: readonly PlannedNode[]): Iterable<SharedPath> {
  const paths = new Map<string, SharedPath>();
  for (const { name, entries } of nodes) {
    for (const entry of entries) {
      const { path, partition, kind, mode, uid, gid, origin, target, secret, sizeBytes, sha256 } = entry;
      const key = [path, partition, kind, mode, uid, gid, origin, target, secret].join('\0');
      const found = paths.get(key) ?? { entry, nodes: [], sizes: new Set(), contents: new Set() };
      found.nodes.push(name);
      found.sizes.add(sizeBytes);
      found.contents.add(entry.shared || kind !== 'file' ? '' : (sha256 ?? name));
      paths.set(key, found);
    }
  }
  return paths.values();
}

function isAlike({ contents }: SharedPath): boolean {
  return contents.size === 1;
}

function headingOf(path: SharedPath, nodeCount: number): string {
  const { nodes } = path;
  const named = nodes.slice(0, mostNamed);
  const more = nodes.length - named.length;
  const names = [...named, ...(more > 0 ? [`${more} more nodes`] : [])];
  const who =
    nodes.length === nodeCount && nodeCount > 1
      ? `all ${nodeCount} nodes`
      : [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part !== '').join(' and ');
  return `files of ${who}${isAlike(path) ? '' : ', each with its own content'}`;
}

/** `ls -l`, with the origin in place of the time. */
function row({ entry, sizes }: SharedPath): string[] {
  const path = entry.partition === 'boot' ? `boot:${entry.path}` : entry.path;
  return [
    `  ${{ file: '-', directory: 'd', symlink: 'l' }[entry.kind]}${entry.mode}`,
    `${entry.uid}:${entry.gid}`,
    entry.kind === 'file' ? (sizes.has(null) ? '?' : range(sizes)) : '-',
    entry.origin,
    `${path}${entry.target === null ? '' : ` -> ${entry.target}`}${entry.secret ? ' ***' : ''}`,
  ];
}

/** `12`, or `12-15` where the nodes differ. */
function range(numbers: Iterable<number | null>): string {
  const known = [...numbers].map((number) => number ?? 0);
  const least = known.reduce((one, other) => Math.min(one, other), Infinity);
  const most = known.reduce((one, other) => Math.max(one, other), 0);
  return least >= most ? String(most) : `${least}-${most}`;
}
