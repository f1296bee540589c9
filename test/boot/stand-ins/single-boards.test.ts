import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureStandIn } from '../../stand-ins/ensure-stand-in.ts';
import type { StandIn } from '../../stand-ins/stand-in.ts';
import { standIns, type StandInName } from '../../stand-ins/stand-ins.ts';
import type { ClusterNode } from '../cluster/cluster-of-machines.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { waitForAssembly } from '../cluster/wait-for-assembly.ts';
import type { PlatformName } from '../platforms.ts';
import { wifiDefinition } from './access-point.ts';
import { checkDiskId } from './check-disk-id.ts';
import { checkInstallation } from './check-installation.ts';
import { checkRaspberryPiOs } from './check-raspberry-pi-os.ts';
import { moveBootFiles } from './move-boot-files.ts';

interface Board {
  readonly standIn: StandInName;
  readonly base: string;
  readonly platform: PlatformName;
  readonly profile: string;
  readonly definition?: Readonly<Record<string, unknown>>;
  /** Puts the image into a folder, under a name; it is linked when absent. */
  readonly change?: (image: string, directory: string, name: string) => Promise<void>;
  /** Registers what is true of this board alone. */
  readonly facts?: (node: () => ClusterNode) => void;
}

const boards: readonly Board[] = [
  {
    standIn: 'raspios-arm64',
    base: 'raspios-trixie',
    platform: 'virt-pi-arm64',
    profile: 'pi4',
    definition: wifiDefinition,
    facts: checkRaspberryPiOs,
  },
  {
    standIn: 'ubuntu-arm64',
    base: 'ubuntu-26.04',
    platform: 'virt-pi-arm64',
    profile: 'pi4',
    change: moveBootFiles,
    facts: checkBootFiles,
  },
  { standIn: 'hypriotos-armhf', base: 'hypriotos-1.12.3', platform: 'virt-pi-armhf', profile: 'pi2' },
];

for (const { standIn, base, platform, profile, definition, change, facts } of boards) {
  describeCluster(
    `one node on an image like ${base}, which has none of the packages that it needs`,
    {
      count: 1,
      isLong: true,
      mayRestart: true,
      platform,
      definition: { ...definition, profile, base, base_image: './board.img', storage: { type: 'none' } },
      prepare: async (directory) => {
        const image = await ensureStandIn(standIn);
        if (change === undefined) await symlink(image, join(directory, 'board.img'));
        else await change(image, directory, 'board.img');
      },
    },
    ({ scenario, machines }) => {
      scenario(
        'is switched on, and has no network but its own',
        async ({ nodes }) => {
          for (const node of nodes) await node.start();
          return { 'from power-on to assembled': await waitForAssembly(nodes, 3000) };
        },
        () => {
          checkInstallation(() => machines().nodes, ['docker.io', 'keepalived', 'chrony', 'jq']);

          it('has grown to its disk, and belongs to nobody but the people of the definition', async () => {
            const { shell } = machines().node(1);
            const gibibytes = Number(
              await shell.runAsRoot("df --output=size -BG / | tail -n 1 | tr -dc '0-9'"),
            );
            expect(gibibytes).toBeGreaterThan(6);
            expect((await shell.runAsRoot('getent passwd 1000 | cut -d: -f1')).trim()).toBe('dlimage');
          });

          const { diskId }: StandIn = standIns[standIn];
          if (diskId !== undefined) checkDiskId(() => machines().node(1), diskId);
          facts?.(() => machines().node(1));
        },
      );
    },
  );
}

/** Registers the fact that makes Ubuntu 26.04 another image than 24.04. */
function checkBootFiles(node: () => ClusterNode): void {
  it('was started by the files below current/, which have the words of dlimage', async () => {
    const { shell } = node();
    const running = await shell.runAsRoot('cat /proc/cmdline');
    expect(running).toContain('cgroup_enable=memory cgroup_memory=1 panic=10');
    expect(running).toContain((await shell.runAsRoot('cat /boot/firmware/current/cmdline.txt')).trim());
    expect((await shell.runAsRoot('ls /boot/firmware')).split('\n')).not.toContain('cmdline.txt');
  });
}
