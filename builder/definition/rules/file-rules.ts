import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../did-you-mean.ts';
import type { HostPath } from '../environment.ts';
import { error } from '../finding.ts';
import type { FileDefinition } from '../generated/cluster.ts';
import { resolveOwner } from '../resolve/resolve-files.ts';
import { listed, shown } from '../shown.ts';
import { ownedPaths, volatileDirectories, type OwnedPath } from './node-paths.ts';
import type { Rule, RuleContext } from './rule.ts';
import { checkSource, isInside } from './source-rules.ts';

/** An extra file with what the host found at its source. */
interface WrittenFile {
  readonly file: FileDefinition;
  readonly index: number;
  readonly found: HostPath | undefined;
}

function writtenFiles({ written, lookUp }: RuleContext): WrittenFile[] {
  return (written.files ?? []).map((file, index) => ({
    file,
    index,
    found: lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' }),
  }));
}

function* sourceWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, index, found } of writtenFiles(context)) {
    const at = context.locator.value(['files', index, 'source']);
    const wrong = checkSource(context, { written: file.source, at, found, mayBeFolder: true });
    if (wrong !== undefined) yield wrong;
  }
}

function* targetOwned(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, index } of writtenFiles(context)) {
    const owned = ownedPaths.find(({ path }) => isInside(path, file.path)) ?? keysOfUser(file.path);
    if (owned === undefined) continue;
    yield error(
      'target-owned',
      context.locator.value(['files', index, 'path']),
      `${file.path} cannot be an extra file`,
      owned.instead,
    );
  }
}

/** Whoever may log in is said in one place only. */
function keysOfUser(path: string): OwnedPath | undefined {
  if (!/\/\.ssh\/authorized_keys2?$/.test(path)) return undefined;
  return { path, instead: 'set authorized_keys of ssh, or of the user' };
}

function* targetVolatile(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, index } of writtenFiles(context)) {
    const directory = volatileDirectories.find((path) => isInside(path, file.path));
    if (directory === undefined) continue;
    const message = `${file.path} would vanish: ${directory} is empty each time a node starts`;
    yield error(
      'target-volatile',
      context.locator.value(['files', index, 'path']),
      message,
      'choose a place on the disk, like /usr/local or /etc',
    );
  }
}

function* targetTwice(context: RuleContext): Iterable<Diagnostic> {
  const everyNode = '';
  const takenBy = new Map<string, Set<string>>();
  for (const { file, index } of writtenFiles(context)) {
    const taken = takenBy.get(file.path) ?? new Set<string>();
    const nodes = file.nodes ?? [everyNode];
    const clash = nodes.find(
      (node) => taken.has(node) || (taken.size > 0 && (node === everyNode || taken.has(everyNode))),
    );
    if (clash !== undefined) {
      const message = `${file.path} is given twice${clash === everyNode ? '' : ` to ${clash}`}`;
      yield error(
        'target-twice',
        context.locator.value(['files', index, 'path']),
        message,
        'keep one of the two, or name different nodes',
      );
    }
    for (const node of nodes) taken.add(node);
    takenBy.set(file.path, taken);
  }
}

function* ownerUnknown(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, index } of writtenFiles(context)) {
    if (file.owner === undefined || resolveOwner(file, context.cluster.users) !== undefined) continue;
    const known = listed(['root', ...context.cluster.users.map((user) => user.name)], 'and');
    const message = `owner ${shown(file.owner)} is not known before the node has started: known are ${known}`;
    yield error(
      'owner-unknown',
      context.locator.value(['files', index, 'owner']),
      message,
      "use numbers for the system's other users, like 33:33 for www-data",
    );
  }
}

function* fileForUnknownNode(context: RuleContext): Iterable<Diagnostic> {
  const names = new Set(context.cluster.nodes.map((node) => node.name));
  for (const { file, index } of writtenFiles(context)) {
    for (const [place, name] of (file.nodes ?? []).entries()) {
      if (names.has(name)) continue;
      const at = context.locator.value(['files', index, 'nodes', place]);
      yield error(
        'file-for-unknown-node',
        at,
        `the cluster has no node ${shown(name)}`,
        didYouMeanHint(name, names),
      );
    }
  }
}

/** Rules about extra files. */
export const fileRules: readonly Rule[] = [
  { reads: ['files'], check: sourceWrong },
  { reads: ['files'], check: targetOwned },
  { reads: ['files'], check: targetVolatile },
  { reads: ['files'], check: targetTwice },
  { reads: ['files', 'users'], check: ownerUnknown },
  { reads: ['files', 'name', 'nodes', 'count'], check: fileForUnknownNode },
];
