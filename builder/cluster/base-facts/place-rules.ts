import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import {
  fileTargets,
  reportTargets,
  type FileTarget,
  type MakeFinding,
  type TargetProblem,
} from '../rules/file-targets.ts';
import { canonicalPath } from '../rules/node-paths.ts';
import type { RuleContext } from '../rules/rule.ts';
import { areTogether } from '../rules/target-clash-rules.ts';
import { ownedPlace } from '../rules/target-rules.ts';
import { shown } from '../../report/shown.ts';
import type { BaseFacts, BasePlace } from './base-facts.ts';
import type { BaseRule } from './base-rule.ts';
import { isForNodes } from './targets-of.ts';

type Judge = (
  target: FileTarget,
  place: BasePlace,
  baseName: string,
) => Omit<TargetProblem, 'target'> | undefined;

/** A rule that judges each target by what is there in the base. */
function eachPlace(make: MakeFinding, judge: Judge): BaseRule {
  return (context, facts) => reportTargets(make, judged([...fileTargets(context)], facts, judge));
}

function* judged(targets: readonly FileTarget[], facts: BaseFacts, judge: Judge): Iterable<TargetProblem> {
  for (const target of targets) {
    const place = facts.places.get(target.written);
    if (place === undefined || !isForNodes(target, facts.nodes)) continue;
    const problem = judge(target, place, facts.name);
    if (problem !== undefined) yield { target, ...problem };
  }
}

const below: Judge = (_, { blockedBy }, baseName) => {
  if (blockedBy === null) return undefined;
  const message = `lies below ${shown(blockedBy)}, which is no folder in ${baseName}`;
  return { group: blockedBy, message, hint: 'choose another place: only folders hold files' };
};

/** A link that leads to a folder is judged by the paths below it, so a link may replace another. */
const folder: Judge = ({ kind }, { path, kind: there, leadsTo }, baseName) => {
  if (kind === 'directory' || leadsTo !== 'directory') return undefined;
  if (kind === 'symlink' && there === 'symlink') return undefined;
  const what = there === 'symlink' ? 'a link to a folder' : 'a folder';
  const message = `is ${what} in ${baseName}, and cannot be a ${kind === 'symlink' ? 'link' : 'file'}`;
  return { group: path, message, hint: 'choose another place, or write the whole path of a file in it' };
};

const unlike: Judge = ({ kind }, { path, kind: there, leadsTo }, baseName) => {
  if (there === 'other') {
    const message = `is a device or another special file in ${baseName}`;
    return { group: path, message, hint: 'choose another place' };
  }
  if (kind !== 'directory' || leadsTo !== 'file') return undefined;
  return {
    group: path,
    message: `is a file in ${baseName}, and cannot be a folder`,
    hint: 'choose another place',
  };
};

/** Links of a base can lead to places that are dlimage's. */
const ownedBehindLinks: Judge = ({ kind, path: known }, { path }, baseName) => {
  const place = ownedPlace(canonicalPath(path));
  if (place === undefined || canonicalPath(path) === known) return undefined;
  if (kind === 'directory' && place.path !== path) return undefined;
  const message = `cannot be an extra file: a link of ${baseName} leads to ${shown(path)}`;
  return { group: place.path, message, hint: place.instead };
};

/** Hint on how to get one's own file in place of a package's. */
function ownPlaceFor(path: string): string {
  const unit = /^\/usr\/lib\/systemd\/(system|user)\/(.+)$/.exec(canonicalPath(path));
  // Source: systemd.unit(5), unit file load path
  if (unit === null) return 'put yours into /usr/local, where programs look first';
  const own = `/etc/systemd/${unit[1]}/${unit[2]}`;
  return ownedPlace(own)?.instead ?? `put yours at ${own}, which systemd reads in its place`;
}

const needed: Judge = ({ kind, path }, { owner }, baseName) => {
  if (kind === 'directory' || owner === null || !owner.isNeeded) return undefined;
  const message = `takes the place of a file of the package ${owner.name} of ${baseName}, which the nodes need`;
  return { group: `needed ${owner.name}`, message, hint: ownPlaceFor(path) };
};

const replaced: Judge = ({ kind, path }, { owner }, baseName) => {
  if (kind === 'directory' || owner === null || owner.isNeeded) return undefined;
  const message = `takes the place of a file of the package ${owner.name} of ${baseName}: its next update brings that back`;
  return { group: `replaced ${owner.name}`, message, hint: ownPlaceFor(path) };
};

/** Two paths that are one once the base's links are followed: only one of them would be there. */
function* twice(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  const taken = new Map<string, FileTarget>();
  const problems: TargetProblem[] = [];
  for (const target of fileTargets(context)) {
    const place = facts.places.get(target.written);
    if (place === undefined || target.kind === 'directory' || !isForNodes(target, facts.nodes)) continue;
    const other = taken.get(place.path);
    taken.set(place.path, other ?? target);
    if (other === undefined || other.path === target.path || !areTogether(other, target)) continue;
    const message = `is the same place as ${other.said}: a link of ${facts.name} leads to ${shown(place.path)}`;
    problems.push({ target, group: place.path, message, hint: 'keep one of the two' });
  }
  yield* reportTargets((...said) => error('target-twice', ...said), problems);
}

/** Rules about extra files and what is in their places in a base. */
export const placeRules: readonly BaseRule[] = [
  eachPlace((...said) => error('target-below-file', ...said), below),
  eachPlace((...said) => error('target-is-folder', ...said), folder),
  eachPlace((...said) => error('target-is-file', ...said), unlike),
  eachPlace((...said) => error('target-owned', ...said), ownedBehindLinks),
  eachPlace((...said) => error('target-owned', ...said), needed),
  eachPlace((...said) => warning('target-replaces', ...said), replaced),
  twice,
];
