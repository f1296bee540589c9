import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  checkService,
  checkSharing,
  checkSwarm,
  giveContent,
  type ObservedCluster,
} from './check-cluster.ts';
import { describeCluster } from './describe-cluster.ts';
import { explainCluster } from './explain-cluster.ts';
import { readStatus } from './node-facts.ts';
import { assemblySeconds, recoverySeconds, waitForAssembly } from './wait-for-assembly.ts';
import { waitUntil } from './wait-until.ts';
import { webDefinition, writeWebService } from './web-service.ts';

const content = 'served from an NFS server';
const server = '192.168.77.21';
const exported = '/srv/export';

/** The first of two nodes is also the server, as in small clusters without a network disk. */
const definition = {
  ...webDefinition,
  storage: { type: 'nfs', server, path: exported },
  packages: ['nfs-kernel-server'],
  firewall: { open: ['2049/tcp'] },
  files: [
    { source: './export', path: exported },
    { source: './cluster.exports', path: '/etc/exports.d/cluster.exports' },
    { source: './version-4.conf', path: '/etc/nfs.conf.d/version-4.conf' },
  ],
};

async function prepare(directory: string): Promise<void> {
  await writeWebService(directory);
  await mkdir(join(directory, 'export'));
  await writeFile(join(directory, 'export', 'README'), 'the shared folder\n');
  await writeFile(
    join(directory, 'cluster.exports'),
    `${exported} 192.168.77.0/24(rw,no_root_squash,no_subtree_check)\n`,
  );
  await writeFile(join(directory, 'version-4.conf'), '[nfsd]\nvers3=n\n');
}

describeCluster(
  'two nodes with their data on an NFS server',
  { count: 2, definition, prepare, isLong: true },
  ({ scenario, machines }) => {
    const observe = (): ObservedCluster & { virtualIp: string; managers: number } => ({
      machines: machines(),
      nodes: machines().nodes,
      content,
      virtualIp: machines().virtualIp,
      managers: 1,
    });
    const check = (): void => {
      checkSwarm(observe);
      checkSharing(observe);
      checkService(observe);

      it('has mounted the export on every node', async () => {
        for (const { shell } of machines().nodes) {
          const mounted = await shell.run('findmnt --noheadings --output FSTYPE,SOURCE /mnt/cluster');
          expect(mounted.trim().split(/ +/)).toEqual(['nfs4', `${server}:${exported}`]);
        }
      });
    };

    scenario(
      'both are switched on together',
      async ({ nodes }) => {
        for (const node of nodes) await node.start();
        const seconds = await waitForAssembly(nodes, assemblySeconds);
        await giveContent(nodes[0]!, content);
        return { 'from power-on to assembled': seconds };
      },
      check,
    );

    scenario(
      'the power fails for both, and the server comes back later',
      async ({ nodes, node }) => {
        const [first, second] = [node(1), node(2)];
        await first.kill();
        await second.kill();
        await second.start();
        await waitUntil({
          what: `${second.name} to wait for the server`,
          seconds: recoverySeconds,
          missing: async () => {
            const status = await readStatus(second);
            if ('problem' in status) return status.problem;
            const storage = status.stages.find(({ stage }) => stage === 'storage');
            return storage?.state === 'waiting' ? undefined : `it says "${storage?.text ?? status.summary}"`;
          },
          explain: async () => await explainCluster([second]),
        });
        const written = await second.shell.attempt('sudo -n touch /mnt/cluster/in-the-wrong-place');
        if (!written.stderr.includes('Operation not permitted'))
          throw new Error(
            `${second.name} wrote where the storage is not mounted: ${JSON.stringify(written)}`,
          );
        await first.start();
        return { 'from power-on of the server to assembled': await waitForAssembly(nodes, recoverySeconds) };
      },
      check,
    );
  },
);
