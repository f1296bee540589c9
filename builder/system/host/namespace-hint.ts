/** State of this machine when it refused a namespace. */
export interface NamespaceRefusal {
  /** Message of unshare. */
  readonly said: readonly string[];
  readonly isRoot: boolean;
  /**
   * `kernel.apparmor_restrict_unprivileged_userns` is 1.
   * Source: https://documentation.ubuntu.com/server/how-to/security/apparmor/ (Ubuntu 23.10 and newer).
   */
  readonly isRestrictedByAppArmor: boolean;
}

/** Hint on how to get a namespace on this machine, after the reason that unshare gave. */
export function namespaceHint({ said, isRoot, isRestrictedByAppArmor }: NamespaceRefusal): string {
  const says = (text: string): boolean => said.some((line) => line.includes(text));
  if (isRoot) {
    if (says('root filesystem propagation'))
      return (
        'the root of this chroot is no mount point: before you enter it, bind it on itself ' +
        '(mount --bind DIRECTORY DIRECTORY), or enter it with systemd-nspawn'
      );
    return 'in a container, mount namespaces must be allowed: start it with --privileged';
  }
  if (says('/etc/subuid') || says('/etc/subgid'))
    return 'give this user a range of ids: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$(id -un)"';
  if (isRestrictedByAppArmor)
    return 'run dlimage with sudo, or let users have namespaces: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  if (says('No space left on device'))
    return 'run dlimage with sudo, or let users have namespaces: sudo sysctl user.max_user_namespaces=10000';
  return (
    'run dlimage with sudo, or let users have namespaces: sudo sysctl kernel.unprivileged_userns_clone=1 ' +
    'where that setting exists; in a container, start it with --privileged'
  );
}
