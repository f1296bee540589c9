import { posix } from 'node:path';
import { pathProblem, targetProblem } from '../../image/entry-rules.ts';
import { nameOf } from '../../image/image-path.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { mostFolderItems } from '../../system/folder-item.ts';
import { shown } from '../../report/shown.ts';
import {
  fileTargets,
  reportTargets,
  type FileTarget,
  type MakeFinding,
  type TargetProblem,
} from './file-targets.ts';
import {
  baseFolders,
  canonicalPath,
  isNamedAfterUs,
  ownedPaths,
  settingPaths,
  volatileDirectories,
  type OwnedPath,
} from './node-paths.ts';
import type { Rule, RuleContext } from './rule.ts';
import { isInside } from './source-rules.ts';
import { isSystemProgram } from './system-programs.ts';

type Judge = (target: FileTarget, context: RuleContext) => Omit<TargetProblem, 'target'> | undefined;

/** A rule that judges every target by itself. */
function eachTarget(make: MakeFinding, judge: Judge): Rule['check'] {
  return (context) => reportTargets(make, judged(context, judge));
}

function* judged(context: RuleContext, judge: Judge): Iterable<TargetProblem> {
  for (const target of fileTargets(context)) {
    const problem = judge(target, context);
    if (problem !== undefined) yield { target, ...problem };
  }
}

const owned: Judge = ({ path, kind }) => {
  const place = ownedPlace(path);
  if (place === undefined) return undefined;
  // An empty folder inside one of ours does no harm, and whoever lays out a tree may have it.
  if (kind === 'directory' && place.path !== path) return undefined;
  return { group: place.path, message: 'cannot be an extra file', hint: place.instead };
};

const ownedBySetting: Judge = ({ path }, { written }) => {
  const place = settingPaths.find((one) => written[one.setting] !== undefined && isInside(one.path, path));
  if (place === undefined) return undefined;
  return { group: place.path, message: 'cannot be an extra file', hint: place.instead };
};

/** Hint on how to get a program of one's own beside the base's. */
const ownProgram =
  'the base and the cluster need the one that is there; put yours into /usr/local/bin, which comes first in PATH';

/** The place of dlimage's that a path of the node is or lies in; undefined when it is free. */
export function ownedPlace(path: string): OwnedPath | undefined {
  const place = ownedPaths.find((one) => isInside(canonicalPath(one.path), path));
  if (place !== undefined) return place;
  // Whoever may log in is said in one place only.
  if (/\/\.ssh\/authorized_keys2?$/.test(path))
    return { path, instead: 'set authorized_keys of ssh, or of the user' };
  if (isSystemProgram(path)) return { path, instead: ownProgram };
  if (!isNamedAfterUs(path)) return undefined;
  return { path, instead: 'files with dlimage in their name are those of dlimage: choose another name' };
}

const volatile: Judge = ({ path, kind }) => {
  const directory = volatileDirectories.find((one) => isInside(one, path));
  // An empty one is where the system mounts it: whoever lays out a tree may have it.
  if (directory === undefined || (kind === 'directory' && path === directory)) return undefined;
  const hint = 'choose a place on the disk, like /usr/local or /etc';
  return { group: directory, message: `would vanish: ${directory} is empty each time a node starts`, hint };
};

const named: Judge = ({ path, kind, item }) => {
  const wrongName = pathProblem(path, 'root');
  if (wrongName !== null) return { group: wrongName, message: wrongName, hint: 'give it another name' };
  const wrongTarget = kind === 'symlink' ? targetProblem(item?.target ?? '') : null;
  if (wrongTarget === null) return undefined;
  return { group: wrongTarget, message: wrongTarget, hint: 'make the link anew, or leave it out' };
};

const special: Judge = ({ item }) => {
  if (item?.problem === undefined) return undefined;
  const hint = 'take it out of the folder: only files, folders and links can be put on a node';
  return { group: item.problem, message: item.problem, hint };
};

const folder: Judge = ({ path, kind, index, item }, { written }) => {
  if (kind === 'directory' || !(baseFolders.has(path) || isHome(path, written.users ?? []))) return undefined;
  const source = written.files?.[index]?.source ?? '';
  const hint =
    item === undefined
      ? `write the whole path, like ${posix.join(path, nameOf(source) || 'file')}`
      : 'make it a folder: what is in it is put beside what the base has there';
  return { group: path, message: 'is a folder on every node, and cannot be a file or link', hint };
};

function isHome(path: string, users: readonly { readonly name: string }[]): boolean {
  return users.some(({ name }) => path === `/home/${name}`);
}

function* tooMany({ written, lookUp, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, file] of (written.files ?? []).entries()) {
    const found = lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' });
    if (found?.hasMoreItems !== true) continue;
    const message = `${shown(file.source)} holds more than ${mostFolderItems} files and folders`;
    const hint = 'pack them into one archive, or put them on the shared storage once the cluster is there';
    yield error('folder-too-large', locator.value(['files', index, 'source']), message, hint);
  }
}

/** Setuid for whom? The owner on the builder is not the one on the node. */
function* specialBitsDropped({ written, lookUp, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, file] of (written.files ?? []).entries()) {
    if (file.mode !== undefined) continue;
    const found = lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' });
    const single = { relativePath: '', mode: found?.mode ?? 0, kind: found?.kind };
    const [first, ...others] = (found?.items ?? [single]).filter(losesBits);
    if (first === undefined) continue;
    const message = `${shown(posix.join(file.source, first.relativePath))} has mode ${first.mode.toString(8)}, but setuid, setgid and sticky do not get to the nodes`;
    const more = others.length > 0 ? ` (${others.length} more like it)` : '';
    const hint = 'if that is meant, name it by itself and give it a mode, like mode: "4755"';
    yield warning('mode-bits-dropped', locator.value(['files', index, 'source']), `${message}${more}`, hint);
  }
}

/** Folders inherit setgid from what is around them here, which says nothing about the nodes. */
function losesBits({ kind, mode }: { readonly kind: string | undefined; readonly mode: number }): boolean {
  return (kind === 'file' && (mode & 0o6000) !== 0) || (kind === 'directory' && (mode & 0o1000) !== 0);
}

/** Rules about the places on the nodes that extra files take. */
export const targetRules: readonly Rule[] = [
  { reads: ['files'], check: eachTarget((...said) => error('target-owned', ...said), owned) },
  {
    reads: ['files', 'keyboard'],
    check: eachTarget((...said) => error('target-owned', ...said), ownedBySetting),
  },
  { reads: ['files'], check: eachTarget((...said) => error('target-volatile', ...said), volatile) },
  { reads: ['files'], check: eachTarget((...said) => error('target-name', ...said), named) },
  { reads: ['files'], check: eachTarget((...said) => error('folder-holds-special', ...said), special) },
  { reads: ['files', 'users'], check: eachTarget((...said) => error('target-is-folder', ...said), folder) },
  { reads: ['files'], check: tooMany },
  { reads: ['files'], check: specialBitsDropped },
];
