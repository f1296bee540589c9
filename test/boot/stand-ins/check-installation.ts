import { expect, it } from 'vitest';
import type { ClusterNode } from '../cluster/cluster-of-machines.ts';

/** Registers the facts about nodes that installed these packages, among others, at their first start. */
export function checkInstallation(nodes: () => readonly ClusterNode[], packages: readonly string[]): void {
  it('has installed every package, and keeps nothing of the installation', async () => {
    for (const node of nodes()) {
      expect(await node.shell.runAsRoot('dpkg --audit')).toBe('');
      const states = await node.shell.runAsRoot(
        `dpkg-query --show --showformat='\${db:Status-Status} ' ${packages.join(' ')}`,
      );
      expect(states.trim().split(' ')).toEqual(packages.map(() => 'installed'));
      const left = 'ls -d /system-update /var/lib/dlimage/packages /usr/sbin/policy-rc.d 2>/dev/null || true';
      expect(await node.shell.runAsRoot(left)).toBe('');
    }
  });

  it('has no failed unit', async () => {
    for (const node of nodes()) {
      expect(await node.shell.runAsRoot('systemctl list-units --failed --plain --no-legend'), node.name).toBe(
        '',
      );
    }
  });
}
