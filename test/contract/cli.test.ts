import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DescribedBuild } from '../../builder/make/describe-build.ts';
import { runCli } from '../support/run-cli.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-cli-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the command line', () => {
  it('prints its version and nothing else', async () => {
    const version = (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version;
    expect(await runCli(directory, ['--version'])).toEqual({ exitCode: 0, stdout: version, stderr: '' });
  });

  it.each([
    [['biuld'], "error: unknown command 'biuld'\n(Did you mean build?)"],
    [['build', '--prfile', 'pi3'], "error: unknown option '--prfile'\n(Did you mean --profile?)"],
    [['build', '--format', 'floppy'], 'error: there is no format floppy'],
    [['plan', 'nowhere.yaml'], 'error: there is no definition nowhere.yaml'],
    [['completion', 'powershell'], 'error: there is no completion for powershell'],
    [['base', 'build', 'windows'], 'error: there is no base windows for pi3'],
    [['inspect', 'x.img', 'etc/hostname'], 'error: "etc/hostname" is no path inside an image'],
  ])('answers %j with exit code 2 and says what is wrong', async (args, message) => {
    const result = await runCli(directory, args);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
    expect(result.exitCode).toBe(2);
  });

  it('reports every mistake of a definition at once, on stderr, with exit code 1', async () => {
    await writeFile(join(directory, 'cluster.yaml'), 'profile: pi3\ncuont: 4\nvip: 10.0.0.1\n');
    const result = await runCli(directory, ['build']);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^cluster\.yaml:2:1: error: .*\[unknown-key\]$/m);
    expect(result.stderr).toMatch(/^cluster\.yaml:3:6: error: .*\[vip-outside-subnet\]$/m);
    expect(result.exitCode).toBe(1);
    expect(await readdir(directory)).toEqual(['cluster.yaml']);
  });

  it('gives machines the same as JSON', async () => {
    await writeFile(join(directory, 'cluster.yaml'), 'cuont: 4\n');
    const result = await runCli(directory, ['plan', '--json']);
    const event = JSON.parse(result.stdout) as {
      event: string;
      exitCode: number;
      diagnostics: { id: string }[];
    };
    expect(event).toMatchObject({ event: 'failed', exitCode: 1 });
    expect(event.diagnostics.map(({ id }) => id)).toContain('unknown-key');
    expect(result.stderr).toBe('');
  });

  it('names a missing program with what it is for and how to get it, before any work', async () => {
    await mkdir(join(directory, 'bin'));
    await execa('ln', ['-s', process.execPath, join(directory, 'bin/node')]);
    const result = await runCli(directory, ['doctor'], { PATH: join(directory, 'bin') });
    expect(result.stdout).toMatch(/^mmdebstrap +MISSING +builds Debian bases/m);
    expect(result.stdout).toMatch(/^ {2}debian: sudo apt install .*mmdebstrap/m);
    expect(result.exitCode).toBe(3);
  });
});

describe('doctor', () => {
  const packagesOf = async (args: readonly string[]): Promise<string[]> => {
    await mkdir(join(directory, 'bin'));
    await execa('ln', ['-s', process.execPath, join(directory, 'bin/node')]);
    const { stdout } = await runCli(directory, ['doctor', ...args], { PATH: join(directory, 'bin') });
    return stdout.split('\n');
  };

  it('names for ./setup only what builds need', async () => {
    const packages = await packagesOf(['--missing']);
    expect(packages).toContain('mmdebstrap');
    for (const name of ['fish', 'packer', 'qemu-system-x86', 'shellcheck'])
      expect(packages).not.toContain(name);
  });

  it('names what the tests need when asked', async () => {
    const packages = await packagesOf(['--missing', '--for', 'test,packer']);
    expect(packages).toEqual(expect.arrayContaining(['fish', 'packer', 'shellcheck']));
    expect(packages).not.toContain('mmdebstrap');
  });
});

describe('a command in a message', () => {
  const main = join(process.cwd(), 'dist/cli/main.js');
  /** As `shownPath` has it: a clone may lie beside the directory of the test. */
  const typed = (): string => {
    const short = relative(directory, main);
    return `node ${short.length < main.length && !short.startsWith('../..') ? short : main}`;
  };
  const hint = async (env: Readonly<Record<string, string>>) =>
    /hint: (.*) init writes one/.exec((await runCli(directory, ['plan', 'no.yaml'], env)).stderr)?.[1];

  it('begins as this one did: by npx, from the PATH, or by its path', async () => {
    const bin = join(directory, 'bin');
    await mkdir(bin);
    await execa('ln', ['-s', main, join(bin, 'dlimage')]);
    const away = { npm_command: '', npm_config_local_prefix: '' };
    expect(await hint({ npm_command: 'exec', npm_config_local_prefix: directory })).toBe('npx dlimage');
    expect(await hint({ npm_command: 'exec', npm_config_local_prefix: '/elsewhere' })).toBe(typed());
    expect(await hint({ ...away, PATH: `${bin}:${process.env['PATH']}` })).toBe('dlimage');
    expect(await hint(away)).toBe(typed());
  });

  it('of init is the next one, with its file', async () => {
    const { stdout } = await runCli(directory, ['init', 'home.yaml', '--yes']);
    expect(stdout).toContain(`Next: ${typed()} plan home.yaml, then ${typed()} build home.yaml`);
    expect((await runCli(directory, ['plan', 'home.yaml', '--quiet'])).exitCode).toBe(0);
  });
});

describe('build', () => {
  // Not even root may make a directory in sysfs.
  it.skipIf(!existsSync('/sys/kernel'))('names a directory that may not be written', async () => {
    const result = await runCli(directory, [
      'render',
      '--profile',
      'x86',
      '--quiet',
      '--out',
      '/sys/dlimage',
    ]);
    expect(result.stderr).toContain('error: cannot use /sys/dlimage: ');
    expect(result.stderr).toContain('[access-denied]');
    expect(result.exitCode).toBe(3);
  });

  it.each([
    [['build', '--format', 'box'], 'build with --per-node'],
    [['build', '--format', 'img', '--format', 'seed-iso'], 'build without --format seed-iso'],
    [['packer'], 'name the nodes with --node: each gets an image of its own'],
  ])('refuses one image for nodes with different bases before it makes anything: %j', async (args, hint) => {
    const nodes = 'nodes: [{base: debian-12}, {base: debian-13}]';
    await writeFile(join(directory, 'cluster.yaml'), `profile: x86\n${nodes}\nstorage: {type: none}\n`);
    const result = await runCli(directory, [...args, '--offline', '--cache', 'cache']);
    const said =
      'error: these nodes use different bases, so they cannot share one image: x86-1 and x86-2\n' +
      `  hint: ${hint}`;
    expect(result.stderr).toContain(said);
    expect(result.exitCode).toBe(2);
    expect(await readdir(directory)).toEqual(['cluster.yaml']);
  });

  it('keeps warnings, and nothing else, with --quiet', async () => {
    const args = ['--quiet', '--profile', 'x86', '--subnet', '10.213.7.0/24'];
    const { stdout, stderr } = await runCli(directory, ['render', ...args]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/: warning: .*\[other-network\]$/m);
    expect(stderr).not.toMatch(/^note: |^No definition|Make identities/m);
  });

  it('refuses a base that cannot be used before it makes anything', async () => {
    await writeFile(join(directory, 'base.img'), 'no image at all');
    const result = await runCli(directory, ['build', '--profile', 'x86', '--base', 'base.img']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('has no partition table and no filesystem [image-no-layout]');
    expect(await readdir(directory)).toEqual(['base.img']);
  });
});

describe('base list', () => {
  it('names the profiles that a base is for', async () => {
    const { stdout } = await runCli(directory, ['base', 'list', '--cache', 'cache']);
    expect(stdout).toMatch(/^base +for profiles +what it is$/m);
    expect(stdout).toMatch(/^raspios-trixie +pi3 pi4 pi5 +Raspberry Pi OS Lite/m);
    expect(stdout).toContain('The cache is empty.');
  });
});

describe('init', () => {
  it('writes a definition that is valid, and never replaces one unasked', async () => {
    const first = await runCli(directory, ['init', '--yes']);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(directory, 'cluster.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/cluster\.schema\.json$/m,
    );
    expect(first.stdout).toContain('Wrote cluster.yaml: 3 nodes of pi3, ');
    const shipped = await readFile('profiles/schemas/cluster.schema.json', 'utf8');
    expect(await readFile(join(directory, 'cluster.schema.json'), 'utf8')).toBe(shipped);
    expect((await runCli(directory, ['plan', '--quiet'])).exitCode).toBe(0);

    await writeFile(join(directory, 'cluster.yaml'), '# mine\n');
    const second = await runCli(directory, ['init', '--yes']);
    expect(second.exitCode).toBe(3);
    expect(second.stderr).toContain('error: cluster.yaml exists already [output-exists]');
    expect(await readFile(join(directory, 'cluster.yaml'), 'utf8')).toBe('# mine\n');
  });
});

describe('plan', () => {
  it('writes nothing and shows no secret', async () => {
    const wifi = 'network: {wifi: {ssid: home, password: correct horse, country: DE}}\nprofile: pi3\n';
    await writeFile(join(directory, 'cluster.yaml'), wifi);
    const text = await runCli(directory, ['plan', '--files']);
    expect(text.exitCode, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/\/etc\/ssh\/ssh_host_ed25519_key \*\*\*$/m);
    const json = await runCli(directory, ['plan', '--json']);
    for (const { stdout, stderr } of [text, json]) expect(stdout + stderr).not.toContain('correct horse');
    expect(await readdir(directory)).toEqual(['cluster.yaml']);
  });

  it('shows the bases and files of the build, and what lies in its way', async () => {
    await mkdir(join(directory, 'out/pi3'), { recursive: true });
    await writeFile(join(directory, 'out/pi3/pi3-2.img'), 'mine');
    const cache = join(directory, 'empty');
    const { stdout, stderr } = await runCli(directory, ['plan', '--json', '--count', '2', '--cache', cache]);
    const { build } = JSON.parse(stdout) as { build: DescribedBuild };
    expect(build.bases, stderr).toMatchObject([
      { name: 'debian-13', platform: 'raspberry-pi-arm64', state: 'build', nodes: ['pi3-1', 'pi3-2'] },
    ]);
    expect(build.files.map(({ name, format, state }) => [name, format, state])).toEqual([
      ['pi3-1', 'img', 'new'],
      ['pi3-2', 'img', 'foreign'],
    ]);
    expect(await readdir(directory)).toEqual(['out']);
  });

  it('shows one node when asked for one, and says which there are when there is none of that name', async () => {
    const one = await runCli(directory, ['plan', '--json', '--node', 'pi3-2']);
    expect((JSON.parse(one.stdout) as { nodes: { name: string }[] }).nodes.map(({ name }) => name)).toEqual([
      'pi3-2',
    ]);
    const none = await runCli(directory, ['plan', '--node', 'pi3-9']);
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toMatch(/^command line:1:21: error: /m);
  });
});

describe('render', () => {
  it('writes what the plan says, with the modes of the plan, and replaces only its own folders', async () => {
    const args = ['--profile', 'x86', '--count', '1', '--name', 'solo'];
    const rendered = await runCli(directory, ['render', ...args]);
    expect(rendered.stdout).toBe('out/solo/rendered/solo-1');
    expect(rendered.stderr).toMatch(/\[placeholders\]\n[^]*^ {4}\/etc\/ssh\/ssh_host_ed25519_key$/m);
    expect(await readdir(directory)).toEqual(['out']);
    const plan = JSON.parse((await runCli(directory, ['plan', '--json', ...args])).stdout) as {
      nodes: {
        entries: { path: string; partition: string; kind: string; mode: string; sizeBytes: number | null }[];
      }[];
    };
    const root = join(directory, rendered.stdout);
    const files = (plan.nodes[0]?.entries ?? []).filter(({ kind }) => kind === 'file');
    expect(files.length).toBeGreaterThan(20);
    for (const { path, partition, mode, sizeBytes } of files) {
      const status = await stat(join(root, partition, path));
      expect([(status.mode & 0o7777).toString(8).padStart(4, '0'), status.size], path).toEqual([
        mode,
        // Null while it depends on keys that no build has made: render has a placeholder then.
        sizeBytes ?? status.size,
      ]);
    }
    expect((await stat(join(directory, 'out/solo'))).mode & 0o777).toBe(0o700);
    expect((await runCli(directory, ['render', ...args])).exitCode).toBe(0);

    await mkdir(join(directory, 'mine/solo-1'), { recursive: true });
    const refused = await runCli(directory, ['render', ...args, '--out', 'mine']);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('mine/solo-1 exists and was not written by dlimage render');
  });
});
