import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { armGreeting, armImage, writeArmImage } from './arm-image.ts';
import { describeCluster } from './describe-cluster.ts';
import { explainCluster } from './explain-cluster.ts';
import { listMembers } from './node-facts.ts';
import { waitForAssembly } from './wait-for-assembly.ts';
import { waitUntil } from './wait-until.ts';
import { webImage, writeWebImage } from './web-image.ts';

/** Several times what a Raspberry Pi 1 needs that is emulated beside two PCs on two cores. */
const limitSeconds = 3600;

const images: Readonly<Record<string, string>> = {
  'boot-1': webImage,
  'boot-2': webImage,
  'boot-3': armImage,
};

const stack = {
  version: '3.8',
  services: Object.fromEntries(
    Object.entries(images).map(([node, image]) => [
      `on-${node}`,
      {
        image,
        ...(image === webImage && { command: ['httpd', '-f', '-p', '8080'] }),
        deploy: { placement: { constraints: [`node.hostname == ${node}`] } },
      },
    ]),
  ),
};

describeCluster(
  'two PCs, and a Raspberry Pi 1 that works for them without the storage',
  {
    count: 3,
    isLong: true,
    nodes: { 3: { platform: 'raspberry-pi-1' } },
    definition: {
      nodes: [
        { name: 'boot-1' },
        { name: 'boot-2' },
        { name: 'boot-3', role: 'worker', profile: 'pi0', base: 'debian-12' },
      ],
      storage: { type: 'glusterfs' },
      images: ['./web.tar', './arm.tar'],
      stacks: { here: './here.yaml' },
    },
    prepare: async (directory) => {
      await writeWebImage(join(directory, 'web.tar'));
      await writeArmImage(join(directory, 'arm.tar'));
      await writeFile(join(directory, 'here.yaml'), stringify(stack));
    },
  },
  ({ scenario, machines }) => {
    scenario(
      'they assemble, and each runs the service that is meant for it',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const [manager] = nodes;
        const assembled = await waitForAssembly(nodes, limitSeconds);
        const running = await waitUntil({
          what: 'a running service on every node',
          seconds: limitSeconds,
          missing: async () => {
            const members = await listMembers(manager!);
            const away = members.find(({ status }) => status !== 'Ready');
            if (away !== undefined) return `${away.name} is ${away.status}`;
            for (const node of Object.keys(images)) {
              const tasks = await manager!.shell.runAsRoot(
                `docker service ps here_on-${node} --filter desired-state=running --format '{{.Node}} {{.CurrentState}}'`,
              );
              if (!tasks.startsWith(`${node} Running`)) return `on-${node}: ${tasks.trim()}`;
            }
            return undefined;
          },
          explain: async () => await explainCluster(nodes),
          pauseMilliseconds: 3000,
        });
        return {
          'from power-on to assembled': assembled,
          'from then until every service runs': running,
        };
      },
      () => {
        it('has an ARMv6 among its members', async () => {
          const format = '{{.Description.Platform.Architecture}}';
          const { shell } = machines().node(1);
          expect((await shell.runAsRoot(`docker node inspect boot-3 --format '${format}'`)).trim()).toBe(
            'armv6l',
          );
        });

        it('runs a program for ARM on it', async () => {
          const log = await machines().node(3).shell.runAsRoot('docker logs $(docker ps -q | head -n 1)');
          expect(log).toBe(armGreeting);
        });

        it('mounts nothing on it', async () => {
          const found = await machines().node(3).shell.attempt('findmnt -n /mnt/cluster');
          expect(found.stdout).toBe('');
        });
      },
    );
  },
);
