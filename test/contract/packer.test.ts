import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../builder/cluster/generated/manifest.ts';
import { readPackerHost } from '../../builder/make/packer/host/packer-host.ts';
import {
  examinePacker,
  validateWithPacker,
  type PackerRun,
} from '../../builder/make/packer/host/run-packer.ts';
import { writePackerTemplate } from '../../builder/make/packer/host/write-template.ts';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { readAssets } from '../../builder/node/host/read-assets.ts';
import { packerBuilders, type PackerBuilder } from '../../builder/make/packer/packer-variables.ts';
import { loadExample } from '../golden/support/load-example.ts';
import { missingPrograms, run } from '../image/support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from '../image/support/test-image.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';

const missing = missingPrograms([
  ...['packer', 'qemu-img', 'xorriso', 'ssh-keygen', 'tar', 'blkid'],
  ...['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'e2fsck'],
]);
const builders = Object.keys(packerBuilders) as PackerBuilder[];

/** A small base; what Packer makes of it is looked at, not booted. */
describe.skipIf(missing.length > 0)('Packer', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  beforeAll(() => buildTestImage(usualImage, basePath, scratch.path));
  afterAll(() => scratch.cleanUp());

  async function writeTemplate(builder: PackerBuilder, folder: string): Promise<PackerRun> {
    mkdirSync(folder, { mode: 0o700 });
    const cluster = await loadExample('x86-vagrant');
    const image = await readBaseImage(basePath);
    const sha256 = '0'.repeat(64);
    const { consoleLog } = await writePackerTemplate(folder, {
      name: 'lab',
      profile: cluster.nodes[0]!.profile,
      base: {
        image,
        givenName: null,
        record: { key: sha256, name: 'test', sha256, sizeBytes: 2 ** 27, packages: [] },
      },
      entries: [],
      builder,
      host: { accelerator: 'tcg', firmware: '/firmware.fd' },
      assets: await readAssets(cluster),
    });
    const version = await examinePacker();
    return { folder, builder, version, title: 'lab', consoleLog, progress: silentProgress };
  }

  it.each(builders)('reads the template and its variables: %s', async (builder) => {
    const folder = join(scratch.path, builder);
    const written = await writeTemplate(builder, folder);
    await validateWithPacker(written);
    // Nothing in it is for other users of this computer, and no key is among the variables.
    expect(statSync(join(folder, 'build_key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'dlimage.auto.pkrvars.json'), 'utf8')).not.toContain('PRIVATE KEY');
    if (builder === 'virtualbox') run('qemu-img', ['check', '-q', '-f', 'vmdk', join(folder, 'box.vmdk')]);
  });

  it('tells where a template is wrong, in its own words', async () => {
    const folder = join(scratch.path, 'wrong');
    const written = await writeTemplate('bios', folder);
    const template = join(folder, 'dlimage.pkr.hcl');
    writeFileSync(template, readFileSync(template, 'utf8').replace('disk_interface ', 'disk_interfase '));
    await expect(validateWithPacker(written)).rejects.toMatchObject({
      id: 'packer-failed',
      message: 'cannot check the template: packer failed with exit code 1',
      details: expect.arrayContaining([expect.stringMatching(/dlimage\.pkr\.hcl line \d+/)]),
    });
  });

  it('is for this computer what DLIMAGE_ACCELERATOR says', async () => {
    process.env['DLIMAGE_ACCELERATOR'] = 'tcg';
    expect((await readPackerHost()).accelerator).toBe('tcg');
    process.env['DLIMAGE_ACCELERATOR'] = 'magic';
    await expect(readPackerHost()).rejects.toThrow('DLIMAGE_ACCELERATOR=magic is none that QEMU has here');
    delete process.env['DLIMAGE_ACCELERATOR'];
  });

  /** `packer build` as it is, and the base's own programs in a machine that is stood in for: see packer-machine.sh. */
  describe('building', () => {
    let tree: BaseTree | undefined;
    const project = join(scratch.path, 'project');
    const report = join(scratch.path, 'report');
    const out = join(project, 'out/lab/packer');
    const told = (name: string) => readFileSync(join(report, name), 'utf8');
    const filesThere = () => readdirSync(out).filter((name) => !name.startsWith('.'));

    async function packer(...more: readonly string[]): Promise<CliResult> {
      const definition = ['--profile', 'x86', '--base', basePath, '--name', 'lab', '--count', '3'];
      const where = ['--subnet', '192.168.56.0/24', '--cache', join(scratch.path, 'cache')];
      return runCli(project, ['packer', ...definition, ...where, ...more], {
        PATH: `${join(scratch.path, 'bin')}:${process.env['PATH'] ?? ''}`,
        DLIMAGE_ACCELERATOR: 'tcg',
      });
    }

    /** dlimage hands on no environment of ours. */
    function putStandIn(mood: 'starts' | 'refuses'): void {
      const standIn = join(import.meta.dirname, 'support/packer-machine.sh');
      const own = { TREE: tree?.directory ?? '', REPORT: report, MOOD: mood };
      const set = Object.entries(own).map(([name, value]) => `export DLIMAGE_TEST_${name}='${value}'\n`);
      const script = `#!/bin/sh\n${set.join('')}exec '${standIn}' "$@"\n`;
      writeFileSync(join(scratch.path, 'bin/qemu-system-x86_64'), script, { mode: 0o755 });
    }

    beforeAll(async () => {
      for (const directory of [project, report, join(scratch.path, 'bin')]) mkdirSync(directory);
      tree = await unpackBase();
    });

    it('leaves nothing when the machine does not start, and says what Packer and its console said', async () => {
      putStandIn('refuses');
      const result = await packer();
      expect(result.exitCode, result.stderr).toBe(3);
      expect(result.stderr).toContain(
        'cannot make the image: packer failed with exit code 1 [packer-failed]',
      );
      expect(result.stderr).toContain('Kernel panic - not syncing: a test');
      expect(result.stderr).not.toContain('[other-network]');
      expect(filesThere()).toEqual([]);
      expect(readdirSync(out).filter((name) => name.startsWith('.dlimage'))).toEqual([]);
    });

    it('makes a box for all nodes, a seed for each, and what Vagrant reads', async () => {
      putStandIn('starts');
      const result = await packer();
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stderr).toMatch(/==> qemu\.bios: .*provision\.sh/);
      expect(filesThere()).toEqual([
        ...['SHA256SUMS', 'Vagrantfile', 'lab-1.seed.iso', 'lab-2.seed.iso', 'lab-3.seed.iso'],
        ...['lab.box', 'lab.box.json', 'lab.qcow2', 'machines.json', 'manifest.json'],
      ]);
      run('sh', ['-c', 'cd "$1" && sha256sum --check --quiet SHA256SUMS', 'sh', out]);
      run('qemu-img', ['check', '-q', join(out, 'lab.qcow2')]);
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
      expect(manifest.shared?.files.map(({ format }) => format)).toEqual(['qcow2', 'box']);
      for (const name of ['lab.box', 'lab.qcow2']) expect(statSync(join(out, name)).mode & 0o777).toBe(0o600);
      const unpacked = join(scratch.path, 'box');
      mkdirSync(unpacked);
      run('tar', ['-xzf', join(out, 'lab.box'), '-C', unpacked]);
      expect(readdirSync(unpacked).toSorted()).toEqual(['Vagrantfile', 'box.img', 'metadata.json']);
      expect(JSON.parse(readFileSync(join(unpacked, 'metadata.json'), 'utf8'))).toMatchObject({
        provider: 'libvirt',
        format: 'qcow2',
        virtual_size: 2,
      });
    });

    it('keeps what was made from the same, and makes all of it again when a file is gone', async () => {
      const read = () => JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
      const before = read();
      putStandIn('refuses');
      const kept = await packer();
      expect(kept.exitCode, kept.stderr).toBe(0);
      expect(read()).toEqual(before);
      rmSync(join(out, 'lab.box'));
      expect((await packer()).exitCode).toBe(3);
      putStandIn('starts');
      const again = await packer();
      expect(again.exitCode, again.stderr).toBe(0);
      expect(read().shared?.files.map(({ name }) => name)).toEqual(['lab.qcow2', 'lab.box']);
      run('sh', ['-c', 'cd "$1" && sha256sum --check --quiet SHA256SUMS', 'sh', out]);
    });

    it('gave the machine a seed, no screen, and a door for this computer only', () => {
      const lines = told('arguments').split('\n');
      expect(told('label').trim()).toBe('CIDATA');
      expect(lines[lines.indexOf('-vnc') + 1]).toBe('none');
      expect(lines[lines.indexOf('-netdev') + 1]).toMatch(
        /^user,id=user\.0,hostfwd=tcp:127\.0\.0\.1:\d+-:22$/,
      );
      expect(lines[lines.indexOf('-machine') + 1]).toContain('accel=tcg');
    });

    it('left the overlay in the image, and nothing of its own', () => {
      const files = told('files').trim().split('\n');
      expect(files).toContain('root:root 755 usr/lib/dlimage/take-seed');
      expect(files).toContain('root:root 600 etc/dlimage/ssh/authorized_keys');
      expect(files.filter((line) => /packer|overlay\.tar|ssh_host_/.test(line))).toEqual([]);
      expect(told('user')).toContain('no such user');
      expect(told('called').trim().split('\n')).toEqual([
        'cloud-init status --wait',
        expect.stringMatching(/^systemctl stop .*docker\.service/),
        'cloud-init clean --logs',
        'fstrim --all',
        'systemctl poweroff --no-block',
      ]);
    });

    it('makes a whole image of one node, with its keys', async () => {
      const result = await packer('--node', 'lab-2');
      expect(result.exitCode, result.stderr).toBe(0);
      expect(filesThere()).toContain('lab-2.box');
      const files = told('files').trim().split('\n');
      expect(files).toContain('root:root 600 etc/ssh/ssh_host_ed25519_key');
      expect(files.filter((line) => /ssh_host_(rsa|ecdsa)/.test(line))).toEqual([]);
      expect(files).not.toContain('root:root 755 usr/lib/dlimage/take-seed');
      expect(result.stdout + result.stderr).not.toContain('PRIVATE KEY');
    });
  });
});
