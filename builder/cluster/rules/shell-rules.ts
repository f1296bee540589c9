import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import { fileTargets, type FileTarget } from './file-targets.ts';
import { canonicalPath } from './node-paths.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Shells of every base. Source: the packages bash, dash, login, passwd and coreutils, which are essential or nearly so in Debian */
const alwaysThere: ReadonlySet<string> = new Set(
  ['bash', 'rbash', 'sh', 'dash', 'false', 'true']
    .map((name) => `/usr/bin/${name}`)
    .concat('/usr/sbin/nologin'),
);

/** Shells with the Debian package that each comes with. */
export const packagesOfShells: ReadonlyMap<string, string> = new Map(
  ['zsh', 'fish', 'ksh', 'mksh', 'tcsh', 'yash', 'xonsh', 'elvish', 'tmux', 'screen', 'byobu'].map((name) => [
    `/usr/bin/${name}`,
    name,
  ]),
);

function* shells(context: RuleContext): Iterable<{ shell: string; at: Position | undefined }> {
  for (const [index, { shell }] of (context.written.users ?? []).entries()) {
    if (shell !== undefined) yield { shell, at: context.locator.value(['users', index, 'shell']) };
  }
}

/** Characters allowed in a line of `/etc/passwd`. Source: useradd, src/useradd.c: no colon, no line break */
function* shellMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const { shell, at } of shells(context)) {
    if (isShellPath(shell)) continue;
    const hint = 'write the path of a shell alone, like /bin/sh: letters, digits and . _ + - /';
    yield error('shell-malformed', at, `${shown(shell)} cannot be a login shell`, hint);
  }
}

function isShellPath(path: string): boolean {
  return /^(\/[\w.+-]+)+$/.test(path);
}

/** With a shell that is not there nobody can log in, and nothing on the node says why. */
function* shellMissing(context: RuleContext): Iterable<Diagnostic> {
  const { nodes, packages } = context.cluster;
  const ownFiles = new Set([...fileTargets(context)].map(({ path }) => path));
  const hasOwnImage = nodes.some(({ base }) => base.from !== 'definition' || base.image !== null);
  for (const { shell, at } of shells(context)) {
    const path = canonicalPath(shell);
    if (!isShellPath(shell) || alwaysThere.has(path) || ownFiles.has(path)) continue;
    const brings = packagesOfShells.get(path);
    if (brings !== undefined && packages.includes(brings)) continue;
    const hint =
      brings === undefined
        ? 'name the package that brings it in packages, put it there with files, or choose /bin/bash'
        : `add its package: packages: [${brings}]`;
    // An image of the user's can have any, and a package any that is not known here.
    const isUnsure = hasOwnImage || (brings === undefined && packages.length > 0);
    const message = `no base is known to have the shell ${shown(shell)}`;
    if (isUnsure) yield warning('shell-unsure', at, `${message}: without it nobody can log in`, hint);
    else yield error('shell-missing', at, `${message}, so nobody could log in`, hint);
  }
}

/** A shell of the user's own that nobody may run. A link may lead to any file. */
function* shellNotExecutable(context: RuleContext): Iterable<Diagnostic> {
  const own = new Map([...fileTargets(context)].map((target) => [target.path, target]));
  for (const { shell, at } of shells(context)) {
    const target = own.get(canonicalPath(shell));
    if (target?.kind !== 'file' || (modeOf(target, context) & 0o001) !== 0) continue;
    const where = target.at === undefined ? '' : `, see line ${target.at.line}`;
    const message = `not everybody may run ${shown(shell)}${where}, so nobody could log in`;
    yield error('shell-not-executable', at, message, `give the file a mode: "0755", or chmod 755 it here`);
  }
}

function modeOf({ index, item }: FileTarget, { written, lookUp }: RuleContext): number {
  const file = written.files?.[index];
  if (file?.mode !== undefined) return Number.parseInt(file.mode, 8);
  const source = file?.source ?? '';
  return item?.mode ?? lookUp({ purpose: 'extra-file', written: source, from: 'definition' })?.mode ?? 0o644;
}

const closedShells: ReadonlySet<string> = new Set(['/usr/bin/false', '/usr/bin/true', '/usr/sbin/nologin']);

function* nobodyLogsIn({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  if (!cluster.users.every(({ shell }) => closedShells.has(canonicalPath(shell)))) return;
  const message = 'nobody can log in to a node: every user has a shell that ends at once';
  const hint = 'remove shell: of the one who is to look after the nodes';
  yield warning('nobody-logs-in', locator.value(['users', 0, 'shell']), message, hint);
}

/** Rules about login shells. */
export const shellRules: readonly Rule[] = [
  { reads: ['users'], check: shellMalformed },
  { reads: ['users'], check: nobodyLogsIn },
  { reads: ['users', 'files'], check: shellNotExecutable },
  { reads: ['users', 'packages', 'files', 'nodes', 'base', 'profile'], check: shellMissing },
];
