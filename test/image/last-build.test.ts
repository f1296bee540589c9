import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatStored } from '../../builder/cluster/identity/host/stored-file.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

const missing = missingPrograms([
  'sfdisk',
  'mkfs.vfat',
  'mke2fs',
  'debugfs',
  'mcopy',
  'e2fsck',
  'ssh-keygen',
]);

/** Four small PCs, built once; each test has a copy of what is there afterwards. */
describe.skipIf(missing.length > 0)('after a build', { timeout: 600_000 }, () => {
  const scratch = makeScratch();
  const first = join(scratch.path, 'first');
  const base = join(scratch.path, 'base.img');
  let firstBuild: CliResult;
  let folder = '';
  let number = 0;

  const cli = async (...args: readonly string[]): Promise<CliResult> => await runCli(folder, args);
  const quick = ['--format', 'qcow2', '--backing', '--cache', join(scratch.path, 'cache')];
  const build = async (...args: readonly string[]) => await cli('build', ...args, ...quick);
  const store = () => join(folder, '.dlimage/x86');
  const roster = () => JSON.parse(readFileSync(join(store(), 'roster.json'), 'utf8')) as { serial: number };
  const definition = () => join(store(), 'definition.json');

  beforeAll(async () => {
    buildTestImage(testImages['MBR, FAT32, ext4 of today']!, base, scratch.path);
    mkdirSync(first);
    folder = first;
    firstBuild = await build('--profile', 'x86', '--count', '4', '--base', base);
  });

  it('has said which key and which addresses it takes', () => {
    expect(firstBuild.exitCode, firstBuild.stderr).toBe(0);
    expect(firstBuild.stderr).toContain('[login-key-made]');
    expect(firstBuild.stderr).toContain('network 192.168.1.0/24, virtual IP 192.168.1.253');
    expect(firstBuild.stdout).toContain('192.168.1.101 to 192.168.1.104 and 192.168.1.253');
  });

  beforeEach(() => {
    folder = join(scratch.path, String(++number));
    cpSync(first, folder, { recursive: true, preserveTimestamps: true });
  });
  afterAll(() => scratch.cleanUp());

  it('one node alone is built from it, and nothing is said twice', async () => {
    const before = bytesOf(store());
    const { exitCode, stderr, stdout } = await build('--node', 'x86-2');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('Definition: the last build in .dlimage/x86\n');
    expect(stderr).not.toMatch(/login-key-made|defaults:/);
    expect(stdout).not.toContain('many routers');
    expect(roster().serial).toBe(1);
    expect(withoutSsh(bytesOf(store()))).toEqual(withoutSsh(before));
  });

  it('what it wrote is written again, until another format is typed', async () => {
    const cache = ['--cache', join(scratch.path, 'cache')];
    const again = await cli('build', '--node', 'x86-2', ...cache);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toContain('out/x86/x86-2.qcow2');
    expect(existsSync(join(folder, 'out/x86/x86-2.img'))).toBe(false);
    const box = ['build', '--node', 'x86-2', '--per-node', '--format', 'box', '--vagrant-user'];
    const boxes = await cli(...box, ...cache);
    expect(boxes.exitCode, boxes.stderr).toBe(0);
    const kept = readFileSync(definition(), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({
      outputs: { formats: ['box'], isPerNode: true, hasVagrantUser: true },
    });
    const same = await cli('build', '--node', 'x86-2', ...cache);
    expect(same.stdout, same.stderr).toContain('out/x86/vagrant/');
    expect(same.stdout).not.toMatch(/\.img|\.qcow2/);
    expect(readFileSync(definition(), 'utf8')).toBe(kept);
  });

  it.each([
    [['plan']],
    [['plan', '--count', '3']],
    [['render']],
    [['render', '--count', '5', '--vip', '192.168.1.250']],
    [['render', '--subnet', '10.0.0.0/24']],
    [['status', '--count', '3']],
    [['verify', '--fast']],
    [['build', '--count', '3']],
    [['build', '--vip', '192.168.1.250', '--change', 'storage']],
    [['build', '--subnet', '10.0.0.0/24']],
  ])('%j changes nothing in the store', async (args) => {
    const before = bytesOf(join(folder, '.dlimage'));
    const { stderr, exitCode } = await cli(...args);
    expect(bytesOf(join(folder, '.dlimage')), stderr).toEqual(before);
    expect(exitCode, stderr).toBe(args[0] === 'build' ? 1 : args[0] === 'status' ? 3 : 0);
  });

  it('a node more is easy, one less has to be meant, and comes back as itself', async () => {
    const grown = await build('--count', '5', '--node', 'x86-5');
    expect(grown.stderr).toContain('note: unlike the last build: x86-5 is new [build-differs]');
    expect(roster().serial).toBe(2);
    const identity = readFileSync(join(store(), 'nodes/x86-5.json'), 'utf8');
    expect((await build('--count', '4')).stderr).toContain('error: x86-5 is missing');
    const shrunk = await build('--count', '4', '--remove-node', 'x86-5', '--node', 'x86-1');
    expect(shrunk.exitCode, shrunk.stderr).toBe(0);
    expect(roster().serial).toBe(3);
    // The flag may stay on the line.
    expect((await build('--remove-node', 'x86-5', '--node', 'x86-1')).exitCode).toBe(0);
    expect((await build('--count', '5', '--node', 'x86-5')).exitCode).toBe(0);
    expect(readFileSync(join(store(), 'nodes/x86-5.json'), 'utf8')).toBe(identity);
    // A stolen card's keys, once.
    expect((await build('--revoke', 'x86-5', '--node', 'x86-5')).stderr).toContain('[keys-revoked]');
    expect(roster().serial).toBe(5);
    const renewed = readFileSync(join(store(), 'nodes/x86-5.json'), 'utf8');
    expect(renewed).not.toBe(identity);
    expect((await build('--node', 'x86-5')).exitCode).toBe(0);
    expect(readFileSync(join(store(), 'nodes/x86-5.json'), 'utf8')).toBe(renewed);
  });

  it('what is meant to change is changed, and is what counts then', async () => {
    const changed = await build('--vip', '192.168.1.250', '--change', 'vip', '--node', 'x86-1');
    expect(changed.exitCode, changed.stderr).toBe(0);
    const plan = await cli('plan', '--json');
    expect((JSON.parse(plan.stdout) as { cluster: { vip: string } }).cluster.vip).toBe('192.168.1.250');
    writeFileSync(join(folder, 'cluster.yaml'), `profile: x86\ncount: 4\nbase: ${base}\n`);
    const forgotten = await build();
    expect(forgotten.exitCode).toBe(1);
    expect(forgotten.stderr).toContain('the last build had --profile x86 --count 4');
    expect(forgotten.stderr).toContain('--vip 192.168.1.250');
  });

  it('the store alone is enough on another computer, with another key, and the difference is said', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(join(elsewhere, '.ssh'), { recursive: true });
    cpSync(store(), join(elsewhere, '.dlimage/x86'), { recursive: true });
    folder = elsewhere;
    const key = join(elsewhere, '.ssh/id_ed25519');
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bob', '-f', key]);
    const { exitCode, stderr } = await build('--node', 'x86-2');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(
      /warning: x86-1, x86-3 and x86-4 let dlimage in with other ssh keys \(the cluster's login key\) than what is built now \(SHA256:\S+ bob\) \[keys-differ\]/,
    );
    const config = readFileSync(join(store(), 'ssh_config'), 'utf8');
    const keys = [...config.matchAll(/IdentityFile "(.*)"/g)].map(([, file]) => file ?? '');
    expect(keys).toEqual([key, join(store(), 'login_key')]);
    for (const file of keys) expect(existsSync(file)).toBe(true);
    // The nodes that were not built keep what they let in: it is said again for the next one.
    expect((await build('--node', 'x86-3')).stderr).toContain('warning: x86-1 and x86-4 let dlimage in');
  });

  it('two clusters have to be told apart, and a name that was forgotten is noticed', async () => {
    const second = await build('--name', 'lab', '--profile', 'x86', '--count', '1', '--base', base);
    expect(second.stderr).toContain(
      'warning: lab is a new cluster with keys of its own, but has the same addresses',
    );
    expect(second.stdout).toMatch(/status --name lab --wait$/m);
    const which = await cli('plan');
    expect(which.exitCode).toBe(2);
    expect(which.stderr).toContain('error: there are several clusters in .dlimage: lab, x86');
    expect((await cli('plan', '--name', 'x86')).stdout).toContain('x86-4');
    expect((await cli('plan', '--profile', 'x86')).stdout).toContain('x86-4');
  });

  it('a store of an older dlimage is held against its roster, and has a definition after the next build', async () => {
    rmSync(definition());
    const refused = await build('--profile', 'x86', '--base', base);
    expect(refused.stderr).toContain('error: x86-4 is missing: it was in the last build');
    expect(refused.exitCode).toBe(1);
    expect(existsSync(definition())).toBe(false);
    const built = await build('--profile', 'x86', '--base', base, '--count', '4', '--node', 'x86-1');
    expect(built.exitCode, built.stderr).toBe(0);
    expect(statSync(definition()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 200), 'is damaged: it is not JSON'],
    ['changed', (text: string) => text.replace('x86-4', 'x86-9'), 'is damaged: its checksum does not match'],
    [
      'of a newer dlimage',
      (text: string) => text.replace('"version": 1', '"version": 7'),
      'format version 7',
    ],
    ['empty, with a right checksum', () => formatStored({}), 'is damaged: something is missing in it'],
  ])('a definition that is %s is refused by name', async (_, damage, words) => {
    writeFileSync(definition(), damage(readFileSync(definition(), 'utf8')));
    for (const args of [
      ['plan'],
      ['status'],
      ['build', '--profile', 'x86', '--count', '4', '--base', base],
    ]) {
      const { exitCode, stderr } = await cli(...args);
      expect(stderr).toContain(`error: ${definition()} `);
      expect(stderr).toContain(words);
      expect(exitCode).toBe(3);
    }
  });

  it('a store whose folder was renamed is called by its name', async () => {
    cpSync(store(), join(folder, '.dlimage/home'), { recursive: true });
    rmSync(store(), { recursive: true });
    const { exitCode, stderr } = await cli('plan');
    expect(stderr).toContain('error: .dlimage/home holds the cluster x86 [store-renamed]');
    expect(exitCode).toBe(3);
  });

  it('two builds at once agree, or the second is refused', async () => {
    rmSync(join(folder, '.dlimage'), { recursive: true });
    const start = async (count: string, out: string) =>
      await build('--profile', 'x86', '--base', base, '--count', count, '--node', 'x86-1', '--out', out);
    const results = await Promise.all([start('3', 'one'), start('5', 'other')]);
    const codes = results.map(({ exitCode }) => exitCode);
    expect(codes).not.toContain(70);
    expect(codes).toContain(0);
    const { serial } = roster();
    // Five first, and three would lose two; three first, and five is a larger cluster.
    expect(codes.includes(1) ? 1 : 2).toBe(serial);
  });

  it('a build that is refused before there is a base leaves no keys behind', async () => {
    rmSync(join(folder, '.dlimage'), { recursive: true });
    writeFileSync(join(folder, 'empty.img'), 'nothing');
    const { exitCode } = await build('--profile', 'x86', '--base', './empty.img');
    expect(exitCode).toBe(3);
    expect(existsSync(join(folder, '.dlimage'))).toBe(false);
  });

  it('every command that is printed works there and then', async () => {
    const { stdout } = await build('--node', 'x86-2');
    const wait = /: (node \S+ status --wait)$/m.exec(stdout)?.[1] ?? '';
    const [program = '', script = '', ...args] = wait.replace('--wait', '--wait=1').split(' ');
    expect(program).toBe('node');
    expect(existsSync(resolve(folder, script))).toBe(true);
    const status = await cli(...args);
    expect(status.stdout).toContain('assembled: 0 of 4 nodes');
    const config = /log in: ssh -F (\S+) x86-1/.exec(stdout)?.[1] ?? '';
    expect(run('ssh', ['-G', '-F', join(folder, config), 'x86-1']).toString()).toContain(
      'hostname 192.168.1.101',
    );
  });
});

/** Digests of all files of a folder, by their paths. */
function bytesOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(directory, name)).isFile())
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  );
}

/** The ssh configuration names its own folder, which is another one in each test. */
function withoutSsh(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== 'ssh_config'));
}
