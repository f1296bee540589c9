import type { Diagnostic } from '../../report/diagnostic.ts';
import { warning } from '../../report/finding.ts';
import { fileTargets, reportTargets, type TargetProblem } from '../rules/file-targets.ts';
import { isInside } from '../rules/source-rules.ts';
import type { RuleContext } from '../rules/rule.ts';
import type { BaseFacts } from './base-facts.ts';
import type { BaseRule } from './base-rule.ts';
import { isForNodes } from './targets-of.ts';

/** Folders that one program reads, with the packages of Debian that bring it; the first is the one to add. */
const readers: readonly { readonly folders: readonly string[]; readonly packages: readonly string[] }[] = [
  {
    folders: ['d', 'hourly', 'daily', 'weekly', 'monthly'].map((name) => `/etc/cron.${name}`),
    packages: ['cron', 'systemd-cron', 'bcron', 'cronie', 'anacron'],
  },
  { folders: ['/etc/logrotate.d'], packages: ['logrotate'] },
  { folders: ['/etc/rsyslog.d'], packages: ['rsyslog'] },
  { folders: ['/etc/sudoers.d'], packages: ['sudo', 'sudo-ldap'] },
];

function* unread(context: RuleContext, facts: BaseFacts): Iterable<TargetProblem> {
  // An image without dpkg has programs of which nothing is known.
  if (facts.versions.size === 0) return;
  const later = new Set([...context.cluster.packages, ...facts.lacks.flatMap((one) => one.split(/[ |,]+/))]);
  for (const target of fileTargets(context)) {
    const found = readers.find(({ folders }) => folders.some((folder) => isInside(folder, target.path)));
    const [first] = found?.packages ?? [];
    if (found === undefined || first === undefined || target.kind === 'directory') continue;
    if (!isForNodes(target, facts.nodes)) continue;
    if (found.packages.some((name) => facts.versions.has(name) || later.has(name))) continue;
    const message = `is read by nobody: ${facts.name} has no ${first}`;
    yield { target, group: `reader ${first}`, message, hint: `add it: packages: [${first}]` };
  }
}

function* targetUnread(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  yield* reportTargets((...said) => warning('target-unread', ...said), unread(context, facts));
}

/** Rules about extra files whose program the base does not have. */
export const readerRules: readonly BaseRule[] = [targetUnread];
