import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error, warning } from '../../report/finding.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Names that Debian or a package of the bases gives to accounts and groups of the system. Source: base-passwd and the packages' postinst scripts. */
export const systemNames: ReadonlySet<string> = new Set(
  (
    'daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody adm tty disk kmem dialout fax ' +
    'voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff users nogroup docker input ' +
    'sgx kvm render netdev crontab sshd messagebus gluster ntp _chrony systemd-network systemd-resolve systemd-timesync ' +
    'systemd-journal polkitd tss rdma ssl-cert uuidd tcpdump keepalived_script'
  ).split(' '),
);

function* userIsRoot({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, user] of (written.users ?? []).entries()) {
    if (user.name !== 'root') continue;
    const hint = 'choose another name: a user has sudo unless you write sudo: false';
    yield error(
      'user-is-root',
      locator.value(['users', index, 'name']),
      'root cannot log in to the nodes',
      hint,
    );
  }
}

function* userIsSystem({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, user] of (written.users ?? []).entries()) {
    if (!systemNames.has(user.name)) continue;
    const message = `${user.name} is an account or group of the operating system`;
    yield error('user-is-system', locator.value(['users', index, 'name']), message, 'choose another name');
  }
}

function* userTwice({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const seen = new Set<string>();
  for (const [index, user] of (written.users ?? []).entries()) {
    if (seen.has(user.name)) {
      const hint = 'give one user several keys: authorized_keys is a list';
      yield error(
        'user-twice',
        locator.value(['users', index, 'name']),
        `user ${user.name} is there twice`,
        hint,
      );
    }
    seen.add(user.name);
  }
}

function* nobodyWithSudo({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  if (cluster.users.some((user) => user.sudo)) return;
  yield warning(
    'nobody-with-sudo',
    locator.key(['users']),
    'no user has sudo, so nobody can administer the nodes',
    'leave sudo out for at least one user',
  );
}

function* uidTwice({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const owners = new Map<number, string>();
  for (const [index, { uid, name }] of (written.users ?? []).entries()) {
    if (uid === undefined) continue;
    const owner = owners.get(uid);
    owners.set(uid, owner ?? name);
    if (owner === undefined) continue;
    const at = locator.value(['users', index, 'uid']);
    yield error(
      'uid-twice',
      at,
      `number ${uid} of ${name} is already that of ${owner}`,
      'leave one of the two out',
    );
  }
}

/** useradd makes the group of a user itself, and fails when there is one: nobody could log in. */
function* groupIsUser({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const users = written.users ?? [];
  for (const [index, { groups = [] }] of users.entries()) {
    for (const [place, group] of groups.entries()) {
      const owner = users.findIndex(({ name }) => name === group);
      if (owner < index) continue;
      const at = locator.value(['users', index, 'groups', place]);
      const hint = owner === index ? 'remove it' : `list ${group} before ${users[index]?.name}`;
      yield error(
        'group-is-user',
        at,
        `${group} is the own group of user ${group}, which is made later`,
        hint,
      );
    }
  }
}

/** cloud-init makes a group that is not there, also when its name is only misspelt. */
function* groupNew({ written, locator }: RuleContext): Iterable<Diagnostic> {
  const users = new Set((written.users ?? []).map(({ name }) => name));
  for (const [index, { groups = [] }] of (written.users ?? []).entries()) {
    for (const [place, group] of groups.entries()) {
      if (group === 'root' || systemNames.has(group) || users.has(group)) continue;
      const at = locator.value(['users', index, 'groups', place]);
      const hint = didYouMeanHint(group, systemNames);
      const others = 'groups of devices, like gpio, are in Raspberry Pi OS, or come with packages';
      yield warning(
        'group-new',
        at,
        `no base has the group ${group} for sure: where it is missing it is made, empty`,
        hint ?? others,
      );
    }
  }
}

/** Rules about users. */
export const userRules: readonly Rule[] = [
  { reads: ['users'], check: userIsRoot },
  { reads: ['users'], check: userIsSystem },
  { reads: ['users'], check: userTwice },
  { reads: ['users'], check: uidTwice },
  { reads: ['users'], check: groupIsUser },
  { reads: ['users'], check: groupNew },
  { reads: ['users'], check: nobodyWithSudo },
];
