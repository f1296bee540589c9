import type { Diagnostic } from '../../report/diagnostic.ts';
import { traitsOf } from '../model/base-traits.ts';
import { error, warning } from '../../report/finding.ts';
import { systemNames } from '../rules/user-rules.ts';
import type { RuleContext } from '../rules/rule.ts';
import type { BaseAccount, BaseFacts } from './base-facts.ts';
import type { BaseRule } from './base-rule.ts';

/** useradd refuses a number that is taken, and then nobody can log in. Source: useradd(8), exit code 4 */
function* uidTaken(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  const { accounts, groups } = lasting(context, facts);
  const taken = new Set([...accounts, ...groups, ...numbersOf(context)].map(({ id }) => id));
  for (const [index, { name, uid }] of context.cluster.users.entries()) {
    const other = [...accounts, ...groups].find((one) => one.id === uid && one.name !== name);
    if (other === undefined || accounts.some((one) => one.name === name)) continue;
    const what = accounts.includes(other) ? 'user' : 'group';
    const message = `${name} gets the number ${uid}, which the ${what} ${other.name} of ${facts.name} has`;
    const hint = `give ${name} a number that is free, like uid: ${freeNumber(uid, taken)}`;
    yield error('uid-taken', placeOf(context, index), message, hint);
  }
}

/** cloud-init leaves an account that is there as it is: its files would belong to somebody else. */
function* uidDiffers(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  const { accounts, groups } = lasting(context, facts);
  for (const [index, { name, uid }] of context.cluster.users.entries()) {
    const same = accounts.find((one) => one.name === name);
    if (same !== undefined && same.id !== uid) {
      const message = `${facts.name} has a user ${name} already, with the number ${same.id} and not ${uid}`;
      const hint = `write uid: ${same.id}, or choose another name`;
      yield error('uid-differs', placeOf(context, index), message, hint);
    }
    // useradd makes the group of a user itself, and fails when there is one.
    if (same === undefined && groups.some((one) => one.name === name)) {
      const at = context.locator.value(['users', index, 'name']);
      yield error('name-is-group', at, `${facts.name} has a group ${name} already`, 'choose another name');
    }
  }
}

/** Groups of the system that only other bases have. Of all others it was said already. */
function* groupNewInBase(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  // Packages bring groups as well.
  if (facts.lacks.length > 0) return;
  const there = new Set(facts.groups.map(({ name }) => name));
  for (const [index, { groups }] of context.cluster.users.entries()) {
    for (const [place, group] of groups.entries()) {
      if (!systemNames.has(group) || there.has(group)) continue;
      const at = context.locator.value(['users', index, 'groups', place]);
      const hint = 'leave it out, or add the package that it belongs to';
      yield warning('group-missing', at, `${facts.name} has no group ${group}: it is made, empty`, hint);
    }
  }
}

/** The accounts that are still there when users are made: an overlay takes away the one that Raspberry Pi OS begins with. */
function lasting({ cluster }: RuleContext, facts: BaseFacts): Pick<BaseFacts, 'accounts' | 'groups'> {
  const { accounts, groups } = facts;
  const nodes = cluster.nodes.filter(({ name }) => facts.nodes.includes(name));
  if (!nodes.every((node) => traitsOf(node).overlays.includes('raspberry-pi-os')))
    return { accounts, groups };
  const stays = ({ name, id }: BaseAccount): boolean => name !== 'pi' || id !== 1000;
  return { accounts: accounts.filter(stays), groups: groups.filter(stays) };
}

function placeOf({ locator }: RuleContext, index: number): ReturnType<typeof locator.value> {
  const path = ['users', index, 'uid'];
  return locator.value(locator.has(path) ? path : ['users', index, 'name']);
}

function numbersOf({ cluster }: RuleContext): { id: number }[] {
  return cluster.users.map(({ uid }) => ({ id: uid }));
}

function freeNumber(from: number, taken: ReadonlySet<number>): number {
  // Numbers below are those of the system. Source: Debian Policy 9.2.2
  let number = Math.max(from, 1000);
  while (taken.has(number)) number += 1;
  return number;
}

/** Rules about people, and the accounts and groups that a base has. */
export const accountRules: readonly BaseRule[] = [uidTaken, uidDiffers, groupNewInBase];
