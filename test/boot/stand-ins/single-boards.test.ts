import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureStandIn } from '../../stand-ins/ensure-stand-in.ts';
import type { StandInName } from '../../stand-ins/stand-ins.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { waitForAssembly } from '../cluster/wait-for-assembly.ts';
import type { PlatformName } from '../platforms.ts';
import { checkInstallation } from './check-installation.ts';

interface Board {
  readonly standIn: StandInName;
  readonly platform: PlatformName;
  readonly profile: string;
  readonly base: string;
}

const boards: readonly Board[] = [
  { standIn: 'raspios-arm64', platform: 'virt-pi-arm64', profile: 'pi4', base: 'raspios-trixie' },
  { standIn: 'hypriotos-armhf', platform: 'virt-pi-armhf', profile: 'pi2', base: 'hypriotos-1.12.3' },
];

for (const { standIn, platform, profile, base } of boards) {
  describeCluster(
    `one node on ${standIn}, which has none of the packages that it needs`,
    {
      count: 1,
      isLong: true,
      mayRestart: true,
      platform,
      definition: { profile, base, base_image: './board.img', storage: { type: 'none' } },
      prepare: async (directory) => {
        await symlink(await ensureStandIn(standIn), join(directory, 'board.img'));
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
        },
      );
    },
  );
}
