import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { canMountLoop } from './support/kernel-mount.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from './support/test-image.ts';

const programs = ['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'xz', 'gzip'];

describe.skipIf(missingPrograms(programs).length > 0)('a build on a machine that is not as usual', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);
  const places = (name: string) => [
    '--out',
    at(`${name}/out`),
    '--cache',
    at(`${name}/cache`),
    '--state',
    at(`${name}/state`),
  ];
  const build = (base: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCli(scratch.path, ['build', '--profile', 'x86', '--base', base, '--count', '2', ...args], env);
  const expectError = ({ exitCode, stderr }: CliResult, ...texts: readonly string[]) => {
    expect(exitCode, stderr).toBe(3);
    expect(stderr.match(/^(internal )?error:/gm), stderr).toHaveLength(1);
    for (const text of texts) expect(stderr).toContain(text);
  };

  beforeAll(() => {
    buildTestImage(usualImage, at('base.img'), scratch.path);
    for (const packer of ['xz', 'gzip']) run(packer, ['-k1', at('base.img')]);
  });
  afterAll(() => scratch.cleanUp());

  describe.skipIf(!canMountLoop())('with mounts', () => {
    const mounted = async (options: string, work: (place: string) => Promise<void>) => {
      const place = at('place');
      mkdirSync(place, { recursive: true });
      run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]);
      try {
        await work(place);
      } finally {
        run('umount', [place]);
      }
    };

    it.each(['--out', '--cache', '--state'])('says that the file system is read-only: %s', async (option) => {
      await mounted('ro,size=1m', async (place) => {
        const args = places(`read-only${option}`);
        args[args.indexOf(option) + 1] = join(place, 'here');
        expectError(
          await build(at('base.img.xz'), args),
          place,
          'its file system is read-only',
          '[access-denied]',
        );
      });
    });

    it.each(['xz', 'gz'])('says that the disk is full in the middle of unpacking: %s', async (kind) => {
      await mounted('size=1m', async (place) => {
        const args = places(`full-${kind}`);
        args[args.indexOf('--cache') + 1] = join(place, 'cache');
        expectError(await build(at(`base.img.${kind}`), args), place, '[cache-full]');
        const left = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) =>
          entry.isFile(),
        );
        expect(left.filter(({ name }) => name.includes('.img'))).toEqual([]);
      });
    });
  });

  it.skipIf(missingPrograms(['faketime', 'openssl', 'ssh-keygen']).length > 0)(
    'makes the same where the clock stands in 1970',
    async () => {
      const found = execFileSync('faketime', ['1970-01-02', 'env']).toString();
      const past = {
        LD_PRELOAD: /^LD_PRELOAD=(.*)$/m.exec(found)?.[1] ?? '',
        FAKETIME: '@1970-01-02 00:00:00',
        // Only the date is wrong: a machine's other clocks begin anywhere.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const first = await build(at('base.img.xz'), places('past'), past);
      expect(first.exitCode, first.stderr).toBe(0);
      const sums = readFileSync(at('past/out/SHA256SUMS'), 'utf8');
      const verified = await runCli(scratch.path, ['verify', at('past/out'), '--cache', at('past/cache')]);
      expect(verified.stdout).toContain('all good.');
      rmSync(at('past/out'), { recursive: true });
      const again = await build(at('base.img.xz'), places('past'));
      expect(again.exitCode, again.stderr).toBe(0);
      expect(readFileSync(at('past/out/SHA256SUMS'), 'utf8')).toBe(sums);
    },
  );
});
