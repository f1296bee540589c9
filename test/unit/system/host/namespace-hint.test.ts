import { describe, expect, it } from 'vitest';
import { namespaceHint } from '../../../../builder/system/host/namespace-hint.ts';

describe('namespaceHint', () => {
  // What unshare of util-linux 2.38 said, in the situation that the row is called after.
  it.each([
    [
      'root in a chroot whose root is no mount point',
      { isRoot: true, said: ['unshare: cannot change root filesystem propagation: Invalid argument'] },
      'mount --bind DIRECTORY DIRECTORY',
    ],
    [
      'root in a container without the capability',
      { isRoot: true, said: ['unshare: unshare failed: Operation not permitted'] },
      '--privileged',
    ],
    [
      'a user without subordinate ids',
      { isRoot: false, said: ['unshare: no line matching user "me" in /etc/subuid: Success'] },
      'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$(id -un)"',
    ],
    [
      'a user where AppArmor restricts namespaces, as Ubuntu 23.10 and newer do',
      {
        isRoot: false,
        isRestrictedByAppArmor: true,
        said: ['unshare: write failed /proc/self/uid_map: Operation not permitted'],
      },
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    [
      'a user where the kernel has a limit of none',
      { isRoot: false, said: ['unshare: unshare failed: No space left on device'] },
      'user.max_user_namespaces=10000',
    ],
    [
      'a user of an old kernel',
      { isRoot: false, said: ['unshare: unshare failed: Operation not permitted'] },
      'kernel.unprivileged_userns_clone=1',
    ],
  ])('helps %s', (_, refusal, help) => {
    expect(namespaceHint({ isRestrictedByAppArmor: false, ...refusal })).toContain(help);
  });
});
