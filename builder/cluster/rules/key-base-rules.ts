import { compareVersions } from '../../system/debian-packages/version.ts';
import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { ClusterUser } from '../model/cluster.ts';
import { error, warning } from '../../report/finding.ts';
import { parseSshKey } from '../values/ssh-key.ts';
import type { Rule, RuleContext } from './rule.ts';

/** The first versions that know security keys. Source: OpenSSH 8.2 release notes, cloud-init 20.3 changes. */
const firstWithSecurityKeys = { openssh: '8.2', cloud_init: '20.3' };

/** A base that drops security keys, with the program that does. */
function baseWithoutSecurityKeys({ cluster }: RuleContext): { name: string; program: string } | undefined {
  for (const { base } of cluster.nodes) {
    if (base.from !== 'definition') continue;
    const { openssh, cloud_init } = base.definition.software;
    if (openssh !== undefined && compareVersions(openssh, firstWithSecurityKeys.openssh) < 0)
      return { name: base.name, program: `OpenSSH ${openssh}` };
    if (compareVersions(cloud_init, firstWithSecurityKeys.cloud_init) < 0)
      return { name: base.name, program: `cloud-init ${cloud_init}` };
  }
  return undefined;
}

function isSecurityKey(line: string): boolean {
  const key = parseSshKey(line);
  return typeof key !== 'string' && key.type.startsWith('sk-');
}

function placeOfKeys({ written, locator }: RuleContext, { name }: ClusterUser): Position | undefined {
  const index = written.users?.findIndex((user) => user.name === name) ?? -1;
  const own = ['users', index, 'authorized_keys'];
  return index >= 0 && locator.has(own) ? locator.key(own) : locator.key(['ssh', 'authorized_keys']);
}

/** The program drops such a key without a word. With other keys beside it people can log in all the same. */
function* securityKeyDropped(context: RuleContext): Iterable<Diagnostic> {
  const base = baseWithoutSecurityKeys(context);
  if (base === undefined) return;
  for (const user of context.cluster.users) {
    const dropped = user.authorizedKeys.filter(isSecurityKey);
    if (dropped.length === 0) continue;
    const isLockedOut = dropped.length === user.authorizedKeys.length;
    const what = isLockedOut ? `${user.name} could not log in` : 'these keys of several are of no use';
    const message = `${base.program} of base ${base.name} does not know keys of type sk-: ${what}`;
    const say = isLockedOut ? error : warning;
    yield say(
      'key-not-for-base',
      placeOfKeys(context, user),
      message,
      'add a key of type ssh-ed25519, or use a newer base',
    );
  }
}

/** Rules about which ssh keys a base accepts. */
export const keyBaseRules: readonly Rule[] = [
  { reads: ['ssh', 'users', 'profile', 'base', 'nodes'], check: securityKeyDropped },
];
