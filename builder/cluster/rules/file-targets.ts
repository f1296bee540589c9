import { posix } from 'node:path';
import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { FolderItem } from '../../system/folder-item.ts';
import { shown } from '../../report/shown.ts';
import { canonicalPath } from './node-paths.ts';
import type { RuleContext } from './rule.ts';

/** A place on the nodes that one of `files:` takes: of a folder each file, link and empty folder in it. */
export interface FileTarget {
  /** Its number in `files:`. */
  readonly index: number;
  /** Path on the node, as programs of a base of today see it. */
  readonly path: string;
  /** The same as it is written, which a base without links in `/` takes literally. */
  readonly written: string;
  readonly kind: FolderItem['kind'];
  /** Of what lies in a folder; undefined for a single file. */
  readonly item: FolderItem | undefined;
  /** Names of the nodes; null for all of them. */
  readonly nodes: readonly string[] | null;
  /** Its name in messages: `/etc/motd`, or `/etc/motd (./tree/motd)`. */
  readonly said: string;
  readonly at: Position | undefined;
}

/** All places that `files:` takes. What is not there, or no file, is reported elsewhere. */
export function* fileTargets({ written, lookUp, locator }: RuleContext): Iterable<FileTarget> {
  for (const [index, file] of (written.files ?? []).entries()) {
    const found = lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' });
    const nodes = file.nodes ?? null;
    const isFolder = found?.kind === 'directory';
    const at = locator.value(['files', index, isFolder ? 'source' : 'path']);
    if (!isFolder) {
      const { path } = file;
      const place = { path: canonicalPath(path), written: path, said: shown(path) };
      yield { ...place, index, kind: 'file', item: undefined, nodes, at };
      continue;
    }
    for (const item of leavesOf(found?.items ?? [])) {
      const path = posix.join(file.path, item.relativePath);
      const said = `${shown(path)} (${shown(posix.join(file.source, item.relativePath))})`;
      yield { index, path: canonicalPath(path), written: path, kind: item.kind, item, nodes, said, at };
    }
  }
}

/** All but the folders that something lies in. */
function leavesOf(items: readonly FolderItem[]): FolderItem[] {
  const parents = new Set(items.slice(1).map(({ relativePath }) => posix.dirname(relativePath)));
  return items.filter(
    ({ kind, relativePath }) =>
      kind !== 'directory' || !parents.has(relativePath === '' ? '.' : relativePath),
  );
}

/** Something wrong with a target. `group` is what the findings that are shown as one have in common. */
export interface TargetProblem {
  readonly target: FileTarget;
  readonly group: string;
  /** To be read behind the target: `cannot be an extra file`. */
  readonly message: string;
  readonly hint?: string;
}

/** Makes a finding with a fixed id, which is written where the rule is. */
export type MakeFinding = (at: Position | undefined, message: string, hint?: string) => Diagnostic;

/** One finding for each kind of problem of each of `files:`: a folder can have thousands of the same. */
export function* reportTargets(make: MakeFinding, problems: Iterable<TargetProblem>): Iterable<Diagnostic> {
  const groups = new Map<string, { first: TargetProblem; count: number }>();
  for (const problem of problems) {
    const key = `${problem.target.index} ${problem.group}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: problem, count: 1 });
    else known.count += 1;
  }
  for (const { first, count } of groups.values()) {
    const { target, message, hint } = first;
    const more = count > 1 ? ` (${count - 1} more like it)` : '';
    yield make(target.at, `${target.said} ${message}${more}`, hint);
  }
}
