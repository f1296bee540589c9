import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCluster } from '../../builder/cluster/host/load-cluster.ts';
import { ensureIdentities } from '../../builder/cluster/identity/host/identity-store.ts';
import { writeSshAccess } from '../../builder/cluster/identity/host/ssh-access-files.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { runTool } from '../../builder/system/host/run-tool.ts';
import { runCli } from '../support/run-cli.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-status-'));
  await mkdir(join(directory, 'bin'));
  await writeFile(
    join(directory, 'cluster.yaml'),
    'name: lab\nprofile: x86\nnetwork: { subnet: 10.9.0.0/24 }\n',
  );
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const file = () => join(directory, 'cluster.yaml');
const store = () => join(directory, '.dlimage/lab');

async function makeIdentities(): Promise<void> {
  const { cluster } = await loadCluster(file(), { argv: [] });
  await ensureIdentities(store(), cluster, silentProgress);
}

/** Puts a program in the place of ssh: `$node` is who is asked, `$#` and `$*` are the arguments. */
async function fakeSsh(script: string): Promise<void> {
  const path = join(directory, 'bin/ssh');
  const node = 'for word; do node=$last last=$word; done';
  await writeFile(path, `#!/bin/sh\n${node}\necho "$node: $*" >>${directory}/asked\n${script}\n`);
  await chmod(path, 0o755);
}

const status = async (...args: string[]) =>
  await runCli(directory, ['status', ...args], { PATH: `${join(directory, 'bin')}:${process.env['PATH']}` });

const assembled = (word: string) =>
  `printf '{"node":"%s","assembled":%s,"summary":"waiting for lab-3","address":"10.9.0.9","storage":{"type":"glusterfs","mounted":true},"vip":{"address":"10.9.0.253","holds":false}}' "$node" ${word}`;

describe('dlimage status', () => {
  it('asks every node with the baked host keys, and is content when all are assembled', async () => {
    await makeIdentities();
    await fakeSsh(assembled('true'));
    const { stdout, exitCode } = await status();
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'node   role     address   storage  swarm  virtual IP  state',
      'lab-1  manager  10.9.0.9  mounted                     assembled',
    ]);
    expect(stdout).toContain('\n\nassembled: 3 of 3 nodes\n');
    const asked = (await readFile(join(directory, 'asked'), 'utf8')).trim().split('\n').toSorted();
    expect(asked.map((line) => line.replace(/-F \S+\/ssh_config/, '-F CONFIG'))).toEqual(
      ['lab-1', 'lab-2', 'lab-3'].map(
        (node) =>
          `${node}: -F CONFIG -o BatchMode=yes -o ConnectTimeout=5 ${node} dlimage-node status --json`,
      ),
    );
  });

  it.each([
    ['ssh: connect to host 10.9.0.103 port 22: Connection timed out', 'no answer'],
    ['ssh: connect to host 10.9.0.103 port 22: No route to host', 'no answer'],
    ['Host key verification failed.', 'another machine has its address'],
    ['dlimage@10.9.0.103: Permission denied (publickey).', 'it does not let you in with your keys'],
    ['sh: 1: dlimage-node: not found', 'it runs no dlimage'],
    ['ssh: something new', 'something new'],
    ['', 'no answer'],
  ])('takes "%s" for "%s", and ends with 3', async (stderr, words) => {
    await makeIdentities();
    await fakeSsh(`[ $node = lab-3 ] && { echo '${stderr}' >&2; exit 255; }; ${assembled('true')}`);
    const { stdout, exitCode } = await status();
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(new RegExp(`^lab-3 .* not reachable: ${words}$`, 'm'));
    expect(stdout).toContain('assembled: 2 of 3 nodes');
  });

  it('gives machines everything that the nodes said, and asks only the nodes that are wanted', async () => {
    await makeIdentities();
    await fakeSsh(`${assembled('false')}; exit 1`);
    const { stdout, exitCode } = await status('--json', '--node', 'lab-2');
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      event: 'done',
      exitCode: 3,
      errors: 0,
      cluster: 'lab',
      assembled: false,
      assembledNodes: 0,
      vip: { address: '10.9.0.253', holders: [] },
      nodes: [{ name: 'lab-2', reachable: true, state: 'waiting for lab-3', record: { node: 'lab-2' } }],
    });
  });

  it('asks no node that was never built', async () => {
    await makeIdentities();
    await fakeSsh(assembled('true'));
    const { stdout, exitCode } = await status('--count', '4');
    expect(stdout).toMatch(/^lab-4 .* not reachable: it was never built$/m);
    expect(exitCode).toBe(3);
  });

  it('waits until all are assembled', async () => {
    await makeIdentities();
    await fakeSsh(
      `[ $(wc -l <${directory}/asked) -gt 3 ] && { ${assembled('true')}; exit; }; ${assembled('false')}; exit 1`,
    );
    expect((await status('--wait=20')).exitCode).toBe(0);
    expect((await readFile(join(directory, 'asked'), 'utf8')).trim().split('\n')).toHaveLength(6);
  });

  it('waits no longer than it was told', async () => {
    await makeIdentities();
    await fakeSsh(`${assembled('false')}; exit 1`);
    const { stdout, exitCode } = await status('--wait=1');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('assembled: 0 of 3 nodes');
  });

  it('says what to do before the first build, and refuses a wait that is none', async () => {
    await fakeSsh('exit 1');
    const { stderr, exitCode } = await status();
    expect(stderr).toContain('there are no identities of lab in .dlimage/lab [cluster-unknown]');
    expect(exitCode).toBe(3);
    expect((await status('--wait=soon')).exitCode).toBe(2);
  });
});

describe('the ssh configuration', () => {
  it('is what OpenSSH reads: address, name of the host key, user, key', async () => {
    const { cluster } = await loadCluster(file(), { argv: [] });
    const [user] = cluster.users;
    const withoutKeys = { ...cluster, users: [{ ...user!, authorizedKeys: [] }] };
    const identities = await ensureIdentities(store(), cluster, silentProgress);
    const config = await writeSshAccess(store(), {
      cluster: withoutKeys,
      identities,
      identityFiles: [join(directory, 'mine')],
    });
    const { stdout } = await runTool('ssh', ['-G', '-F', config, 'lab-2'], {
      step: 'read the configuration',
    });
    expect(Buffer.from(stdout).toString('utf8').split('\n')).toEqual(
      expect.arrayContaining([
        'user dlimage',
        'hostname 10.9.0.102',
        'hostkeyalias lab-2',
        'stricthostkeychecking true',
        `identityfile ${join(directory, 'mine')}`,
        `identityfile ${store()}/login_key`,
        `userknownhostsfile ${store()}/known_hosts`,
      ]),
    );
    const known = ['-F', '10.9.0.102', '-f', join(store(), 'known_hosts')];
    const found = await runTool('ssh-keygen', known, { step: 'look a host up' });
    expect(Buffer.from(found.stdout).toString('utf8')).toContain(identities.sshAuthority);
    expect(Buffer.from(found.stdout).toString('utf8')).toContain(
      identities.nodes['lab-2']!.sshHostKey.publicKey,
    );
  });
});
