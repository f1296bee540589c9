import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureStandIn } from '../../stand-ins/ensure-stand-in.ts';
import type { StandInName } from '../../stand-ins/stand-ins.ts';
import { checkAssembly, checkService, giveContent } from '../cluster/check-cluster.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { measureAssembly } from '../cluster/timeline.ts';
import { waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { webDefinition, writeWebService } from '../cluster/web-service.ts';
import type { PlatformName } from '../platforms.ts';
import { checkInstallation } from './check-installation.ts';

interface Cluster {
  readonly standIn: StandInName;
  readonly platform: PlatformName;
  readonly profile: string;
  readonly base: string;
}

const clusters: readonly Cluster[] = [
  { standIn: 'cloud-amd64', platform: 'pc-bios', profile: 'x86', base: 'ubuntu-24.04-cloud' },
  { standIn: 'raspios-arm64', platform: 'virt-pi-arm64', profile: 'pi4', base: 'raspios-trixie' },
  { standIn: 'ubuntu-arm64', platform: 'virt-pi-arm64', profile: 'pi4', base: 'ubuntu-24.04' },
];

const content = 'served from packages that came with the image';
/** As long as a hook may take: three emulated machines install some fifty packages at once. */
const installAndAssembleSeconds = 3000;

for (const { standIn, platform, profile, base } of clusters) {
  // The service is a program of this machine.
  const hasService = platform === 'pc-bios';
  describeCluster(
    `three nodes on ${standIn}, which has none of the packages that they need`,
    {
      count: 3,
      isLong: true,
      mayRestart: true,
      platform,
      definition: { ...(hasService ? webDefinition : {}), profile, base, base_image: './stand-in.img' },
      prepare: async (directory) => {
        if (hasService) await writeWebService(directory);
        await symlink(await ensureStandIn(standIn), join(directory, 'stand-in.img'));
      },
    },
    ({ scenario, machines }) => {
      scenario(
        'are switched on together, and have no network but their own',
        async ({ nodes }) => {
          for (const node of nodes) await node.start();
          const seconds = await waitForAssembly(nodes, installAndAssembleSeconds);
          if (hasService) await giveContent(nodes[0]!, content);
          return { 'from power-on to assembled': seconds, ...(await measureAssembly(nodes)) };
        },
        () => {
          checkAssembly(machines);
          if (hasService) checkService(() => ({ machines: machines(), nodes: machines().nodes, content }));
          checkInstallation(
            () => machines().nodes,
            ['docker.io', 'glusterfs-server', 'keepalived', 'chrony', 'jq'],
          );
        },
      );
    },
  );
}
