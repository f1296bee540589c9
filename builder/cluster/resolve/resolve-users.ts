import type { ClusterUser } from '../model/cluster.ts';
import { defaults, firstUid } from '../model/defaults.ts';
import { isKeyPath, type Environment, type LookUpPath } from '../model/environment.ts';
import type { ClusterDefinition, UserDefinition } from '../generated/cluster.ts';
import { originOf } from './references.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { parseSshKey } from '../values/ssh-key.ts';
import type { UseDefault } from './use-default.ts';

/** Fills in the users. Keys that are no good are left out; the rules report them. */
export function resolveUsers(
  written: ClusterDefinition,
  environment: Environment,
  lookUp: LookUpPath,
  locator: Locator,
  use: UseDefault,
): ClusterUser[] {
  const users: readonly UserDefinition[] = written.users ?? [{ name: use('users', defaults.userName) }];
  const everybody = sharedKeys(written, environment, lookUp, locator);
  if (
    written.ssh?.authorized_keys === undefined &&
    users.some((user) => user.authorized_keys === undefined)
  ) {
    use(
      'ssh.authorized_keys',
      usableOwnKeys(environment)
        .map((key) => key.file)
        .join(', ') || 'none',
    );
  }
  const uids = numbersOf(users);
  return users.map((user, index) => ({
    name: user.name,
    uid: uids[index] ?? firstUid,
    authorizedKeys:
      user.authorized_keys === undefined
        ? everybody
        : unique(keysAt(user.authorized_keys, ['users', index, 'authorized_keys'], lookUp, locator)),
    sudo: user.sudo ?? true,
    groups: user.groups ?? [],
    shell: user.shell ?? defaults.shell,
  }));
}

/** Those that are written stay; the others get the first that are free. */
function numbersOf(users: readonly UserDefinition[]): number[] {
  const taken = new Set(users.flatMap(({ uid }) => uid ?? []));
  let next = firstUid;
  return users.map(({ uid }) => {
    if (uid !== undefined) return uid;
    while (taken.has(next)) next += 1;
    next += 1;
    return next - 1;
  });
}

/** The user's own key files that hold a good key, in the order of their names. */
export function usableOwnKeys(environment: Environment): { file: string; key: string }[] {
  return environment.ownPublicKeys.flatMap(({ file, text }) =>
    keyLines(text).flatMap((key) => (typeof parseSshKey(key) === 'string' ? [] : [{ file, key }])),
  );
}

/** The lines of a key file that hold keys: comments and empty lines do not. */
export function keyLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function sharedKeys(
  written: ClusterDefinition,
  environment: Environment,
  lookUp: LookUpPath,
  locator: Locator,
): string[] {
  const keys = written.ssh?.authorized_keys;
  if (keys === undefined) return unique(usableOwnKeys(environment).map(({ key }) => key));
  return unique(keysAt(keys, ['ssh', 'authorized_keys'], lookUp, locator));
}

function keysAt(
  entries: readonly string[],
  path: DefinitionPath,
  lookUp: LookUpPath,
  locator: Locator,
): string[] {
  return entries.flatMap((entry, index) => {
    if (!isKeyPath(entry)) return keyLines(entry);
    const from = originOf([...path, index], locator);
    return keyLines(lookUp({ purpose: 'key', written: entry, from })?.text ?? '');
  });
}

function unique(keys: readonly string[]): string[] {
  return [...new Set(keys.filter((key) => typeof parseSshKey(key) !== 'string'))];
}
