import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMisbehavingServer, type MisbehavingServer } from '../contract/support/misbehaving-server.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const programs = ['sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'debugfs', 'e2fsck', 'xz'];

/** The command line with images that are not raw files: what a user types, and what the image then holds. */
describe.skipIf(missingPrograms(programs).length > 0)('an image of the user', () => {
  const scratch = makeScratch();
  let server: MisbehavingServer;
  let digest: string;
  const args = ['--profile', 'x86', '--count', '1', '--name', 'lab', '--cache', join(scratch.path, 'cache')];
  const build = (...more: string[]) => runCli(scratch.path, ['build', '--vip', 'none', ...args, ...more]);
  const hostname = () =>
    run('debugfs', [
      '-R',
      'cat /etc/hostname',
      `${join(scratch.path, 'out/lab/lab-1.img')}?offset=${rootOffset(usualImage)}`,
    ]);

  beforeAll(async () => {
    server = await startMisbehavingServer();
    buildTestImage(usualImage, join(scratch.path, 'small.img'), scratch.path);
    run('xz', ['-0', join(scratch.path, 'small.img')]);
    const packed = readFileSync(join(scratch.path, 'small.img.xz'));
    digest = createHash('sha256').update(packed).digest('hex');
    server.files.set('small.img.xz', packed);
    writeFileSync(join(scratch.path, 'cluster.yaml'), 'storage: { type: none }\n');
  });
  afterAll(async () => {
    await server.close();
    scratch.cleanUp();
  });

  it('may be packed, and is verified where its digest is said', async () => {
    const wrong = await build('--base', './small.img.xz', '--sha256', '0'.repeat(64));
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      3,
      expect.stringContaining('is not the image that was meant'),
    ]);
    const result = await build('--base', './small.img.xz', '--sha256', digest);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(hostname().toString()).toBe('lab-1\n');
  });

  it('may be a URL, which is asked once', async () => {
    const url = `${server.url}/cut/small.img.xz`;
    const result = await build('--base', url, '--sha256', digest);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(hostname().toString()).toBe('lab-1\n');
    const asked = server.asked.length;
    expect((await build('--base', url, '--sha256', digest, '--offline')).stdout).toContain('unchanged');
    expect(server.asked.length).toBe(asked);
    const other = await build(
      '--base',
      `${server.url}/plain/other.img`,
      '--sha256',
      '1'.repeat(64),
      '--offline',
    );
    expect([other.exitCode, other.stderr]).toEqual([3, expect.stringContaining('--offline')]);
    // One download and one unpacked image: a file of the same name and content is the same base.
    expect(readdirSync(join(scratch.path, 'cache/downloads'))).toEqual([`sha256-${digest}`]);
    expect(statSync(join(scratch.path, 'cache/downloads', `sha256-${digest}`)).mode & 0o222).toBe(0);
  });

  it('is kept when its base is removed, but for what was downloaded', async () => {
    const keys = readdirSync(join(scratch.path, 'cache/bases')).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const cache = ['--cache', join(scratch.path, 'cache')];
    expect((await runCli(scratch.path, ['base', 'rm', ...keys, ...cache])).exitCode).toBe(0);
    expect(readdirSync(join(scratch.path, 'cache/downloads'))).toEqual([]);
    expect(statSync(join(scratch.path, 'small.img.xz')).size).toBeGreaterThan(0);
  });
});
