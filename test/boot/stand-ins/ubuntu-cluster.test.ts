import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureStandIn } from '../../stand-ins/ensure-stand-in.ts';
import { checkAssembly } from '../cluster/check-cluster.ts';
import { describeCluster } from '../cluster/describe-cluster.ts';
import { measureAssembly } from '../cluster/timeline.ts';
import { waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { checkInstallation } from './check-installation.ts';

/** As long as a hook may take: three emulated machines install some fifty packages at once. */
const installAndAssembleSeconds = 3000;

describeCluster(
  "three nodes on an image like Ubuntu's for Raspberry Pis, which has none of the packages that they need",
  {
    count: 3,
    isLong: true,
    mayRestart: true,
    platform: 'virt-pi-arm64',
    definition: { profile: 'pi4', base: 'ubuntu-24.04', base_image: './ubuntu.img' },
    prepare: async (directory) => {
      await symlink(await ensureStandIn('ubuntu-arm64'), join(directory, 'ubuntu.img'));
    },
  },
  ({ scenario, machines }) => {
    scenario(
      'all are switched on together, and have no network but their own',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, installAndAssembleSeconds);
        return { 'from power-on to assembled': seconds, ...(await measureAssembly(nodes)) };
      },
      () => {
        checkAssembly(machines);
        checkInstallation(
          () => machines().nodes,
          ['docker.io', 'glusterfs-server', 'keepalived', 'chrony', 'jq'],
        );
      },
    );
  },
);
