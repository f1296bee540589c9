import { judgedTexts, placeInText } from './judged-text.ts';
import { parseSudoers } from '../contents/sudoers-text.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import type { ClusterUser } from '../model/cluster.ts';
import { warning } from '../../report/finding.ts';
import type { Rule, RuleContext } from './rule.ts';

/** File in which cloud-init writes that users with sudo need no password; later files win. Source: cloud-init, cc_users_groups */
const ofCloudInit = '90-cloud-init-users';

/** Nobody has a password on a node, so a rule that asks for one forbids. */
function* asksForPassword(context: RuleContext): Iterable<Diagnostic> {
  for (const { reader, target, file, text } of judgedTexts(context)) {
    if (reader !== 'sudo' || text === undefined) continue;
    const { passwordAsked, neverAsks } = parseSudoers(text);
    if (neverAsks) continue;
    const name = target.path.slice(target.path.lastIndexOf('/') + 1);
    for (const { user, offset } of passwordAsked) {
      const hit = context.cluster.users.find(
        (one) => isMeant(one, user) && (!one.sudo || name > ofCloudInit),
      );
      if (hit === undefined) continue;
      const message = `sudo asks ${hit.name} for a password by this line, and nobody has one on a node`;
      const hint = 'write NOPASSWD: before the command';
      yield warning('sudoers-asks-password', placeInText(file, text, offset, user.length), message, hint);
    }
  }
}

function isMeant({ name, groups, sudo }: ClusterUser, user: string): boolean {
  if (user === 'ALL' || user === name) return true;
  return user.startsWith('%') && [name, ...groups, ...(sudo ? ['sudo'] : [])].includes(user.slice(1));
}

/** Rules about what files of `/etc/sudoers.d` do to people. */
export const sudoersRules: readonly Rule[] = [{ reads: ['files', 'users'], check: asksForPassword }];
