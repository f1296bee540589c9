import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClusterUnderTest, type ClusterUnderTest } from '../cluster-under-test.ts';
import { checkAssembly } from '../cluster/check-cluster.ts';
import { createAskedShell, type Answer, type AskedNode, type NodeShell } from '../cluster/node-shell.ts';
import { assemblySeconds, recoverySeconds, waitForAssembly } from '../cluster/wait-for-assembly.ts';
import { hasNotFailed } from '../has-not-failed.ts';
import { bootsAll, isOnPath } from '../requirements.ts';
import { startOwnLibvirt, type OwnLibvirt } from './own-libvirt.ts';

const run = promisify(execFile);
const virtualIp = '192.168.56.50';
const upSeconds = 2400;
const commandSeconds = 300;

const canRun = process.getuid?.() === 0 && ['vagrant', 'libvirtd'].every(isOnPath);

describe.runIf(bootsAll && canRun)(
  'three machines that Vagrant makes with libvirt, from one box and a seed each',
  () => {
    let cluster: ClusterUnderTest;
    let libvirt: OwnLibvirt;
    let folder: string;
    let nodes: readonly AskedNode[] = [];

    const attempt = async (args: readonly string[], timeoutSeconds = commandSeconds): Promise<Answer> =>
      await libvirt.attempt('vagrant', args, {
        cwd: folder,
        env: { VAGRANT_HOME: join(cluster.directory, 'vagrant'), DLIMAGE_ACCELERATOR: 'tcg' },
        timeoutSeconds,
      });
    const vagrant = async (args: readonly string[], timeoutSeconds?: number): Promise<string> => {
      const { exitCode, stdout, stderr } = await attempt(args, timeoutSeconds);
      if (exitCode === 0) return stdout;
      throw new Error(`vagrant ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
    };

    beforeAll(async () => {
      cluster = await buildClusterUnderTest(
        'boot',
        { profile: 'x86', count: 3, network: { subnet: '192.168.56.0/24' }, vip: virtualIp },
        { silent: true, formats: ['box', 'virtualbox-box'] },
      );
      folder = join(cluster.directory, 'out/boot/vagrant');
      const kept = join(cluster.directory, 'libvirt');
      await mkdir(kept);
      libvirt = await startOwnLibvirt(kept);
      nodes = [1, 2, 3].map((number) => createAskedNode(`boot-${number}`, attempt));
    });

    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are wanted: none
    afterAll(async ({}, suite) => {
      await libvirt?.close();
      if (cluster === undefined) return;
      if (suite.tasks.every(hasNotFailed)) await cluster.remove();
      else console.error(`kept for a look: ${cluster.directory}`);
    });

    it('come from a box that the catalogue names, and that fits its checksum', async () => {
      await vagrant(['box', 'add', '--provider', 'libvirt', 'boot.box.json']);
      expect(await vagrant(['box', 'list'])).toContain('dlimage/boot (libvirt, 1.0.0');
      expect(await vagrant(['box', 'outdated', '--global'])).toContain('(v1.0.0) is up to date');
    });

    it.runIf(isOnPath('virt-v2v'))('come, for VirtualBox, with an OVF that virt-v2v imports', async () => {
      const unpacked = join(cluster.directory, 'ovf');
      await mkdir(unpacked);
      const box = join(folder, 'boot.virtualbox.box');
      await run('tar', ['--extract', '--file', box, '--directory', unpacked]);
      // It compares the disk with the manifest, too.
      const { stdout, stderr } = await run('virt-v2v', ['-i', 'ova', unpacked, '--print-source'], {
        env: { ...process.env, LIBGUESTFS_BACKEND: 'direct' },
      });
      expect(stdout + stderr).not.toContain('warning');
      expect(stdout).toMatch(/source name: boot\n/);
      expect(stdout).toMatch(/memory: 2147483648 \(bytes\)\n\s*nr vCPUs: 2\n/);
      expect(stdout).toMatch(/firmware: bios\n/);
      expect(stdout).toMatch(/disks:\n\s*0 \[sata\]\n/);
      expect(stdout).toMatch(/NICs:\n\s*Bridge "NAT" \[e1000\]/);
    });

    describe('vagrant up', () => {
      beforeAll(async () => {
        await vagrant(['up', '--provider', 'libvirt'], upSeconds);
        await waitForAssembly(nodes, assemblySeconds);
      });

      checkAssembly(() => ({ nodes, virtualIp }));
    });

    describe('vagrant destroy of one, and vagrant up of it', () => {
      beforeAll(async () => {
        await vagrant(['destroy', '--force', 'boot-2']);
        await vagrant(['up', 'boot-2'], upSeconds);
        await waitForAssembly(nodes, recoverySeconds);
      });

      checkAssembly(() => ({ nodes, virtualIp }));
    });

    it('leave nothing behind when all are destroyed', async () => {
      await vagrant(['destroy', '--force']);
      const left = await libvirt.attempt('virsh', ['--quiet', 'list', '--all', '--name'], {
        cwd: folder,
        timeoutSeconds: commandSeconds,
      });
      expect(left.stdout.trim()).toBe('');
      const images = await readdir(join(cluster.directory, 'libvirt/var/lib/libvirt/images'));
      expect(images.filter((name) => !name.includes('_vagrant_box_image_'))).toEqual([]);
    });
  },
);

/** It is asked by `vagrant ssh`, as its user does it. */
function createAskedNode(
  name: string,
  vagrant: (args: readonly string[], timeoutSeconds?: number) => Promise<Answer>,
): AskedNode {
  const attempt: NodeShell['attempt'] = async (command, timeoutSeconds) =>
    await vagrant(['ssh', '--no-tty', '--command', command, name], timeoutSeconds);
  return { name, shell: createAskedShell(name, attempt) };
}
