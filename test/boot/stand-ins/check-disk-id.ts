import { expect, it } from 'vitest';
import type { ClusterNode } from '../cluster/cluster-of-machines.ts';

/** Registers the fact that a disk got another id than that of its image, and that all follow it. */
export function checkDiskId(node: () => ClusterNode, imageId: string): void {
  it('has a disk id of its own, by which it was found at its second start', async () => {
    const ask = async (command: string): Promise<string> => (await node().shell.runAsRoot(command)).trim();
    const partition = await ask('findmnt -n -o PARTUUID /');
    expect(partition).toMatch(/^[0-9a-f]{8}-02$/);
    expect(partition).not.toBe(`${imageId}-02`);
    const boot = await ask(`findmnt -n -o TARGET --source PARTUUID=${partition.replace('-02', '-01')}`);
    expect(await ask('cat /proc/cmdline')).toContain(`root=PARTUUID=${partition} `);
    const files = await ask(`cat /etc/fstab ${boot}/cmdline.txt`);
    expect(files).not.toContain(imageId);
    // The words that had it done are gone, too.
    expect(files).not.toContain('resize');
  });
}
