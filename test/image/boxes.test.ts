import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../builder/cluster/generated/manifest.ts';
import type { BoxCatalogue } from '../../builder/make/vagrant/box-catalogue.ts';
import type { Machines } from '../../builder/make/vagrant/machines.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

const missing = missingPrograms([
  ...['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'e2fsck'],
  ...['qemu-img', 'xorriso', 'tar', '7zz', 'blkid', 'xmllint'],
]);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Boxes and seeds of five nodes, of which three hold a copy, from a small base by the compiled command line. */
describe.skipIf(missing.length > 0)('boxes and seeds', { timeout: 600_000 }, () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const boxes = join(scratch.path, 'out/lab/vagrant');
  const seeds = join(scratch.path, 'out/lab/seeded');
  const unpacked = (name: string) => join(scratch.path, 'unpacked', name);
  const definition = ['--profile', 'x86', '--base', basePath, '--name', 'lab', '--count', '5'];
  const build = async (...more: readonly string[]) => {
    const where = ['--cache', join(scratch.path, 'cache')];
    const result = await runCli(scratch.path, ['build', ...definition, ...where, ...more]);
    expect(result.exitCode, result.stderr).toBe(0);
    return result;
  };
  const json = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));
  const manifest = () => json(boxes, 'manifest.json') as Manifest;
  const machinesOf = (directory: string) => json(directory, 'machines.json') as Machines;

  beforeAll(async () => {
    buildTestImage(testImages['MBR, FAT32, ext4 of today']!, basePath, scratch.path);
    await build('--format', 'box', '--format', 'virtualbox-box', '--vagrant-user');
    await build('--format', 'seed-iso', '--format', 'qcow2');
    for (const name of ['lab.box', 'lab.virtualbox.box']) {
      mkdirSync(unpacked(name), { recursive: true });
      run('tar', ['-xf', join(boxes, name), '-C', unpacked(name)]);
    }
  });
  afterAll(() => scratch.cleanUp());

  it('has one box of each kind, a seed for each node, and what Vagrant reads', () => {
    const nodes = [1, 2, 3, 4, 5].map((index) => `lab-${index}.seed.iso`);
    const others = ['Vagrantfile', 'lab.box', 'lab.box.json', 'lab.virtualbox.box', 'machines.json'];
    expect(readdirSync(boxes).filter((name) => !name.startsWith('.'))).toEqual(
      expect.arrayContaining([...others, ...nodes]),
    );
    expect(manifest().shared?.files.map(({ format }) => format)).toEqual(['box', 'virtualbox-box']);
    for (const name of [...nodes, 'lab.box']) expect(statSync(join(boxes, name)).mode & 0o777).toBe(0o600);
  });

  it('the box for libvirt has a sound disk of whole GiB, as its metadata say', () => {
    const directory = unpacked('lab.box');
    expect(readdirSync(directory).toSorted()).toEqual(['Vagrantfile', 'box.img', 'metadata.json']);
    expect(json(directory, 'metadata.json')).toEqual({
      provider: 'libvirt',
      format: 'qcow2',
      virtual_size: 1,
    });
    run('qemu-img', ['check', '-q', join(directory, 'box.img')]);
    const info = run('qemu-img', ['info', '--output=json', join(directory, 'box.img')]).toString();
    expect(JSON.parse(info)).toMatchObject({ 'virtual-size': 2 ** 30, format: 'qcow2' });
  });

  it('the box for VirtualBox has an OVF whose disk is there, and a manifest with their checksums', () => {
    const directory = unpacked('lab.virtualbox.box');
    run('xmllint', ['--noout', join(directory, 'box.ovf')]);
    const value = (path: string) =>
      run('xmllint', ['--xpath', `string(${path})`, join(directory, 'box.ovf')])
        .toString()
        .trim();
    const disk = value('//*[local-name()="File"]/@*[local-name()="href"]');
    run('qemu-img', ['check', '-q', '-f', 'vmdk', join(directory, disk)]);
    const info = run('qemu-img', ['info', '--output=json', join(directory, disk)]).toString();
    expect(JSON.parse(info)).toMatchObject({
      'virtual-size': Number(value('//*[local-name()="Disk"]/@*[local-name()="capacity"]')),
      'format-specific': { data: { 'create-type': 'streamOptimized' } },
    });
    expect(json(directory, 'metadata.json')).toEqual({ provider: 'virtualbox' });
    const sums = [...readFileSync(join(directory, 'box.mf'), 'utf8').matchAll(/^SHA256\((.+)\)= (\w+)$/gm)];
    expect(sums.map(([, name]) => name)).toEqual(['box.ovf', 'box.vmdk']);
    for (const [, name, sum] of sums) expect(sha256(readFileSync(join(directory, name!)))).toBe(sum);
  });

  it('both boxes hold the same image, and no node', () => {
    const raws = [
      ['lab.box', 'box.img', 'qcow2'],
      ['lab.virtualbox.box', 'box.vmdk', 'vmdk'],
    ].map(([box = '', file = '', format = '']) => {
      const raw = join(unpacked(box), 'raw');
      run('qemu-img', ['convert', '-f', format, '-O', 'raw', join(unpacked(box), file), raw]);
      return readFileSync(raw).subarray(0, statSync(basePath).size);
    });
    expect(sha256(raws[0]!)).toBe(sha256(raws[1]!));
    expect(sha256(raws[0]!)).toBe(manifest().shared?.imageSha256);
    for (const secret of ['PRIVATE KEY', 'DLIMAGE_NODE=']) expect(raws[0]!.includes(secret)).toBe(false);
    expect(raws[0]!.includes('find_volume')).toBe(true);
  });

  it('a seed is a volume CIDATA with the documents of cloud-init, and the files of its node alone', () => {
    for (const [directory, name] of [
      [boxes, 'lab-4'],
      [seeds, 'lab-1'],
    ] as const) {
      const volume = join(directory, `${name}.seed.iso`);
      expect(run('blkid', ['-p', '-s', 'LABEL', '-o', 'value', volume]).toString().trim()).toBe('CIDATA');
      const target = unpacked(`${directory === boxes ? 'vagrant' : 'plain'}-${name}`);
      run('7zz', ['x', '-y', `-o${target}`, volume]);
      expect(readdirSync(target).toSorted()).toEqual([
        ...['dlimage.tar', 'meta-data', 'network-config', 'user-data'],
      ]);
      expect(readFileSync(join(target, 'meta-data'), 'utf8')).toContain(`local-hostname: "${name}"`);
      const listing = run('tar', ['-tvf', join(target, 'dlimage.tar'), '--numeric-owner']).toString();
      expect(listing).toMatch(/^-rw------- 0\/0 .* etc\/ssh\/ssh_host_ed25519_key$/m);
      expect(listing).toMatch(/^-rw-r--r-- 0\/0 .* etc\/dlimage\/node\.env$/m);
      expect(listing).not.toMatch(/dlimage_node|roster\.json|cloud\/seed/);
      const hostname = run('tar', ['-xOf', join(target, 'dlimage.tar'), 'etc/hostname']).toString();
      expect(hostname.trim()).toBe(name);
    }
  });

  it("a machine of Vagrant has two networks, and a machine of one's own has one", () => {
    const network = (target: string) => readFileSync(join(unpacked(target), 'network-config'), 'utf8');
    expect(network('vagrant-lab-4')).toMatch(/"eth0":\n\s+dhcp4: true[^]*"eth1":[^]*192\.168\.1\.104\/24/);
    expect(network('vagrant-lab-4')).not.toContain('via:');
    expect(network('plain-lab-1')).not.toContain('eth1');
    const user = readFileSync(join(unpacked('plain-lab-1'), 'user-data'), 'utf8');
    expect(user).not.toContain('vagrant');
  });

  it('the catalogue has the checksum of each box, and keeps its version while they stay the same', async () => {
    const read = () => (json(boxes, 'lab.box.json') as BoxCatalogue).versions.at(0);
    const sums = ['lab.box', 'lab.virtualbox.box'].map((name) => sha256(readFileSync(join(boxes, name))));
    expect(read()).toMatchObject({ version: '1.0.0', providers: sums.map((checksum) => ({ checksum })) });
    await build(
      '--format',
      'box',
      '--format',
      'virtualbox-box',
      '--box-url',
      'https://boxes.example.com/lab/',
    );
    expect(read()?.version).toBe('1.0.0');
    expect(JSON.stringify(read())).toContain('"https://boxes.example.com/lab/lab.box"');
  });

  it('describes the machines with the address, the memory and the key of each', () => {
    const { machines, ssh } = machinesOf(boxes);
    expect(machines).toHaveLength(5);
    expect(machines[3]).toMatchObject({ name: 'lab-4', address: '192.168.1.104', memory_mb: 2048, cpus: 2 });
    expect(statSync(join(boxes, ssh.key ?? '')).mode & 0o777).toBe(0o600);
  });

  it('gives the same bytes elsewhere', async () => {
    const names = [...['lab.box', 'lab.virtualbox.box', 'lab-2.seed.iso', 'lab-5.seed.iso']];
    const before = names.map((name) => sha256(readFileSync(join(boxes, name))));
    const elsewhere = join(scratch.path, 'elsewhere');
    mkdirSync(elsewhere);
    cpSync(join(scratch.path, '.dlimage'), join(elsewhere, '.dlimage'), { recursive: true });
    const result = await runCli(elsewhere, [
      ...['build', ...definition, '--cache', join(elsewhere, 'cache'), '--out', join(elsewhere, 'out')],
      ...['--format', 'box', '--format', 'virtualbox-box'],
    ]);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(names.map((name) => sha256(readFileSync(join(elsewhere, 'out', name))))).toEqual(before);
  });

  it('passes verify', async () => {
    for (const directory of [boxes, seeds]) {
      const result = await runCli(scratch.path, [
        'verify',
        directory,
        '--cache',
        join(scratch.path, 'cache'),
      ]);
      expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    }
  });

  it('builds one box for each node when asked, without seeds', async () => {
    const out = join(scratch.path, 'per-node');
    await build('--format', 'box', '--per-node', '--node', 'lab-2', '--out', out);
    const files = readdirSync(out);
    expect(files).toEqual(expect.arrayContaining(['lab-2.box', 'lab-2.box.json']));
    expect(files.filter((name) => name.endsWith('.iso'))).toEqual([]);
    expect(machinesOf(out).machines[1]).toMatchObject({
      box: 'dlimage/lab-2',
      seed: null,
    });
  });

  it.each([
    [['--format', 'box', '--format', 'img'], /boxes hold other images/],
    [['--format', 'img', '--vagrant-user'], /for boxes/],
    [['--format', 'seed-iso', '--per-node'], /needs no seed/],
    [['--format', 'img', '--per-node'], /--per-node is for boxes/],
    [['--format', 'box', '--profile', 'pi3'], /lab-1 is a pi3/],
    [['--format', 'seed-iso', '--profile', 'pi3'], /lab-1 is a pi3/],
  ])('refuses %j', async (flags, message) => {
    const result = await runCli(scratch.path, ['build', '--count', '5', '--name', 'lab', ...flags]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(message);
  });

  it('leaves a Vagrantfile alone that is not its own', async () => {
    const out = join(scratch.path, 'mine');
    mkdirSync(out);
    writeFileSync(join(out, 'Vagrantfile'), '# mine\n');
    const result = await runCli(scratch.path, ['build', ...definition, '--format', 'box', '--out', out]);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('Vagrantfile.local');
    expect(readFileSync(join(out, 'Vagrantfile'), 'utf8')).toBe('# mine\n');
  });
});
