import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { canMountLoop } from './support/kernel-mount.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'zstd', 'xz']);
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Verified {
  readonly name: string;
  readonly problems: readonly string[];
}

/** Builds that are killed, run twice at once, or find a disk full, by the compiled command line. */
describe.skipIf(missing.length > 0)('a build', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const cache = join(scratch.path, 'cache');
  const out = (name: string) => join(scratch.path, 'out', name);
  const cli = (...args: readonly string[]): Promise<CliResult> =>
    runCli(scratch.path, [...args, '--cache', cache]);
  const buildArguments = (name: string, count: number, ...more: readonly string[]) => [
    ...['build', '--profile', 'x86', '--base', basePath, '--name', name, '--count', String(count), ...more],
  ];
  const build = (name: string, count: number, ...more: readonly string[]) =>
    runCli(scratch.path, buildArguments(name, count, '--cache', cache, ...more));
  const verify = async (...args: readonly string[]): Promise<Verified[]> => {
    const { stdout } = await cli('verify', ...args, '--json');
    const result = JSON.parse(stdout.split('\n').at(-1) ?? '') as { files: Verified[] };
    return result.files;
  };
  const start = (...args: readonly string[]): { child: ChildProcess; ended: Promise<number | null> } => {
    const child = spawn('node', [main, ...args], {
      cwd: scratch.path,
      env: { ...process.env, HOME: scratch.path },
      stdio: 'ignore',
    });
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
  };

  beforeAll(() => buildTestImage(usualImage, basePath, scratch.path));
  afterAll(() => scratch.cleanUp());

  it.each([150, 400, 700, 1000, 1300, 2000])(
    'that is killed after %i ms leaves nothing that passes verify unless it is whole, and goes on',
    async (milliseconds) => {
      const name = `kill-${milliseconds}`;
      const formats = ['--format', 'img.zst', '--format', 'img', '--format', 'dlpatch'];
      const { child, ended } = start(...buildArguments(name, 12, '--cache', cache, ...formats));
      await sleep(milliseconds);
      child.kill('SIGKILL');
      await ended;

      mkdirSync(out(name), { recursive: true });
      const names = readdirSync(out(name));
      const isKnown = names.some((file) => file === 'manifest.json' || file === '.journal');
      const results = isKnown ? await verify(out(name), '--fast') : [];
      const known = new Map(results.map((result) => [result.name, result.problems.join()]));
      for (const problems of known.values()) expect(['', 'it is missing']).toContain(problems);
      // What has a name is whole and known.
      for (const file of names.filter((found) => found.startsWith(name))) expect(known.get(file)).toBe('');
      // What has none yet does not pass, however much it looks like an image.
      const unfinished = readdirSync(out(name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.parentPath.includes('.dlimage-'))
        .filter((entry) => /\.(img|zst|dlpatch)$/.test(entry.name))
        .slice(0, 3);
      for (const entry of unfinished) {
        const [result] = await verify(join(entry.parentPath, entry.name));
        expect(result?.problems).toEqual(['it was left unfinished by a build that was killed']);
      }

      expect((await build(name, 12, ...formats)).exitCode).toBe(0);
      expect((await cli('verify', out(name), '--fast')).stdout).toContain('36 files, all good.');
      expect(readdirSync(out(name)).filter((file) => file.startsWith('.dlimage'))).toEqual([]);
    },
  );

  it('that runs twice at once is done once: the second waits and finds everything there', async () => {
    const args = buildArguments('twice', 6, '--cache', cache, '--format', 'img.zst');
    const first = start(...args);
    const second = await runCli(scratch.path, args);
    expect(await first.ended).toBe(0);
    expect(second.exitCode, second.stderr).toBe(0);
    expect((await cli('verify', out('twice'), '--fast')).stdout).toContain('6 files, all good.');
    const others = await Promise.all(
      ['here', 'there'].map((name) =>
        build('twice', 6, '--format', 'img.xz', '--out', join(scratch.path, name)),
      ),
    );
    expect(others.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const sums = ['here', 'there'].map((name) =>
      readFileSync(join(scratch.path, name, 'SHA256SUMS'), 'utf8'),
    );
    expect(sums[0]).toBe(sums[1]);
  });

  describe.skipIf(!canMountLoop())('on a full disk', () => {
    const small = join(scratch.path, 'small');
    const onSmall = async (size: string, work: () => Promise<void>) => {
      mkdirSync(small, { recursive: true });
      run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', small]);
      try {
        await work();
      } finally {
        run('umount', [small]);
      }
    };
    const expectDiskFull = ({ exitCode, stderr }: CliResult, where: string) => {
      expect(exitCode, stderr).toBe(3);
      expect(stderr).toMatch(/error: cannot .*\[disk-full\]/s);
      expect(stderr.match(/^(internal )?error:/gm)).toHaveLength(1);
      expect(stderr).toContain(where);
    };

    // Too small for even one file, also when the base's frames are in the cache already; large enough for one raw image.
    it.each([
      ['1m', 'img', 0],
      ['1m', 'img.zst', 0],
      ['1m', 'img.xz', 0],
      ['1m', 'img.gz', 0],
      ['1m', 'qcow2', 0],
      ['1m', 'img.bmap', 0],
      ['1m', 'dlpatch', 0],
      ['10m', 'img', 1],
      ['10m', 'qcow2', 1],
    ] as const)('of %s: %s is one clear error, and leaves only whole files', async (size, format, whole) => {
      await onSmall(size, async () => {
        const directory = join(small, 'out');
        const result = await build('full', 4, '--jobs', '1', '--format', format, '--out', directory);
        expectDiskFull(result, small);
        const files = readdirSync(directory).toSorted();
        const expected = [
          '.gitignore',
          ...(whole === 0 ? [] : ['SHA256SUMS', `full-1.${format}`, 'manifest.json']),
        ];
        expect(files).toEqual(expected);
        if (whole > 0) expect((await verify(directory)).map(({ problems }) => problems)).toEqual([[]]);
      });
    });

    it('a full cache, or a full directory of identities, is named', async () => {
      await onSmall('60k', async () => {
        const cached = await runCli(scratch.path, [
          ...buildArguments('full', 4, '--format', 'img.gz', '--cache', join(small, 'cache')),
        ]);
        expectDiskFull(cached, join(small, 'cache'));
        expect(readdirSync(out('full'))).toEqual(['.gitignore']);
        rmSync(join(small, 'cache'), { recursive: true });
        const stored = await build('full', 9, '--state', join(small, 'state'));
        expectDiskFull(stored, '');
        expect(readdirSync(out('full'))).toEqual(['.gitignore']);
      });
    });
  });

  it.skipIf(!canMountLoop() || !hasBtrfs())('makes clones of the base where the disk can', async () => {
    const [disk, mountPoint] = [join(scratch.path, 'disk'), join(scratch.path, 'btrfs')];
    run('truncate', ['-s', '300M', disk]);
    run('mkfs.btrfs', ['-q', disk]);
    mkdirSync(mountPoint);
    run('mount', ['-o', 'loop', disk, mountPoint]);
    try {
      const base = join(mountPoint, 'base.img');
      run('cp', [basePath, base]);
      run('sync', ['-f', mountPoint]);
      const directory = join(mountPoint, 'out');
      const args = [
        '--profile',
        'x86',
        '--base',
        base,
        '--name',
        'clone',
        '--count',
        '2',
        '--out',
        directory,
      ];
      const built = await runCli(scratch.path, ['build', ...args, '--cache', cache]);
      expect(built.exitCode, built.stderr).toBe(0);
      const [all = 0, exclusive = 0] = run('btrfs', [
        'filesystem',
        'du',
        '--raw',
        '-s',
        join(directory, 'clone-1.img'),
      ])
        .toString()
        .trim()
        .split('\n')
        .at(-1)!
        .trim()
        .split(/\s+/)
        .map(Number);
      expect(all).toBeGreaterThan(2_000_000);
      expect(exclusive).toBeLessThan(all / 4);
      expect((await verify(directory)).map(({ problems }) => problems)).toEqual([[], []]);
      expect(statSync(join(directory, 'clone-1.img')).mode & 0o777).toBe(0o600);
    } finally {
      run('umount', [mountPoint]);
    }
  });
});

/** Btrfs comes with few systems, so its absence is no failure. */
function hasBtrfs(): boolean {
  try {
    run('sh', ['-c', 'command -v mkfs.btrfs btrfs && grep -qw btrfs /proc/filesystems']);
    return true;
  } catch {
    return false;
  }
}
