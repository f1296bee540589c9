import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { HostPath } from '../model/environment.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { RuleContext } from './rule.ts';

/** The path as the user wrote it. */
export interface WrittenSource {
  readonly written: string;
  readonly at: Position | undefined;
  readonly found: HostPath | undefined;
  /** Its allowed kind; a file when left out. */
  readonly mayBeFolder?: boolean;
  /** Start of relative paths. */
  readonly start?: string;
}

/** Fault of a path that must be inside the folder of the definition; undefined when it can be used. */
export function checkSource(context: RuleContext, source: WrittenSource): Diagnostic | undefined {
  return checkInside(context, source) ?? checkUsable(source);
}

/** True when a path and all that it leads to are inside the folder of the definition. */
export function checkInside(
  { environment }: RuleContext,
  { written, at, found }: WrittenSource,
): Diagnostic | undefined {
  const project = environment.projectDirectory;
  if (found === undefined) return undefined;
  if (!isInside(project, found.absolutePath)) {
    const message = `${shown(written)} is outside the folder of the definition`;
    const hint = 'copy it next to the definition: whoever builds from this folder must have the same files';
    return error('source-outside-project', at, message, hint);
  }
  if (isInside(project, found.realPath)) return undefined;
  const message = `${shown(written)} leads out of the folder of the definition through a link`;
  return error('source-link-outside-project', at, message, 'put a copy in place of the link');
}

/** True when something of the right kind is at a path. */
export function checkUsable({
  written,
  at,
  found,
  mayBeFolder = false,
  start = 'the folder of the definition',
}: WrittenSource): Diagnostic | undefined {
  const kind = found?.kind ?? 'missing';
  if (kind === 'file' || (mayBeFolder && kind === 'directory')) return undefined;
  if (kind === 'missing') {
    const is = found?.what === undefined ? 'does not exist' : `is ${found.what}`;
    const hint = found?.what === undefined ? `paths start at ${start}` : 'put the file itself there';
    return error('source-missing', at, `${shown(written)} ${is}`, hint);
  }
  if (kind === 'unreadable') return unreadable(written, at, found?.what);
  if (kind === 'too-large') {
    const message = `${shown(written)} is too large to be read: it is ${found?.what ?? 'a large file'}`;
    return error('source-too-large', at, message, 'name the right file');
  }
  const fallback =
    kind === 'directory' ? 'a folder' : mayBeFolder ? 'neither a file nor a folder' : 'not a file';
  return error(
    'source-not-a-file',
    at,
    `${shown(written)} is ${found?.what ?? fallback}`,
    wantedInstead[kind],
  );
}

const wantedInstead: Readonly<Partial<Record<HostPath['kind'], string>>> = {
  directory: 'name the file in it',
  other: 'put a regular file in its place',
};

function unreadable(written: string, at: Position | undefined, what = 'permission denied'): Diagnostic {
  const hint = what === 'permission denied' ? 'check its permissions' : 'put the file itself there';
  return error('source-unreadable', at, `${shown(written)} cannot be read: ${what}`, hint);
}

/** True when a path is a folder, or below it. */
export function isInside(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
