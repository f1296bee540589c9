import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureStandIn } from '../../stand-ins/ensure-stand-in.ts';
import { checkCluster, giveContent, type ObservedCluster } from '../cluster/check-cluster.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { measureAssembly } from '../cluster/timeline.ts';
import { waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { webDefinition, writeWebService } from '../cluster/web-service.ts';
import { checkInstallation } from './check-installation.ts';

const content = 'served from packages that came with the image';
/** Three machines install some fifty packages at once, on the cores of one. */
const installAndAssembleSeconds = 2700;

describeCluster(
  'three nodes on an image like a cloud image, which has none of the packages that they need',
  {
    count: 3,
    isLong: true,
    mayRestart: true,
    definition: { ...webDefinition, base: 'ubuntu-24.04-cloud', base_image: './cloud.img' },
    prepare: async (directory) => {
      await writeWebService(directory);
      await symlink(await ensureStandIn('cloud-amd64'), join(directory, 'cloud.img'));
    },
  },
  ({ scenario, machines }) => {
    const observe = (): ObservedCluster => ({ machines: machines(), nodes: machines().nodes, content });

    scenario(
      'all are switched on together, and have no network but their own',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, installAndAssembleSeconds);
        await giveContent(nodes[0]!, content);
        return { 'from power-on to assembled': seconds, ...(await measureAssembly(nodes)) };
      },
      () => {
        checkCluster(observe);

        checkInstallation(
          () => machines().nodes,
          ['docker.io', 'glusterfs-server', 'keepalived', 'chrony', 'jq'],
        );
      },
    );
  },
);
