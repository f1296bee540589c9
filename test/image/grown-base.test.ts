import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const programs = ['sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'debugfs', 'e2fsck', 'resize2fs'];
const definition = `
name: lab
profile: x86
count: 1
base: ./small.img
storage: { type: none }
files:
  - { source: ./big, path: /srv/big }
`;

/** A root filesystem of 64 MiB, and a file of 100 MiB for it. */
describe.skipIf(missingPrograms(programs).length > 0)('a base with too little room', () => {
  const scratch = makeScratch();
  const build = () => runCli(scratch.path, ['build', '--cache', join(scratch.path, 'cache')]);
  const bases = () => readdirSync(join(scratch.path, 'cache/bases')).filter((name) => !name.includes('.'));
  const image = join(scratch.path, 'out/lab/lab-1.img');

  beforeAll(() => {
    mkdirSync(join(scratch.path, 'tree'));
    buildTestImage(usualImage, join(scratch.path, 'small.img'), scratch.path);
    writeFileSync(join(scratch.path, 'big'), Buffer.alloc(100 * mebibyte, 'x'));
    writeFileSync(join(scratch.path, 'cluster.yaml'), definition);
  });
  afterAll(() => scratch.cleanUp());

  it('is grown once, in the cache, and the image of the user stays as it is', async () => {
    const before = statSync(join(scratch.path, 'small.img'));
    const result = await build();
    expect(result.exitCode, result.stderr).toBe(0);
    expect(statSync(join(scratch.path, 'small.img'))).toMatchObject({
      size: before.size,
      mtimeMs: before.mtimeMs,
    });
    expect(statSync(image).size).toBeGreaterThan(before.size + 100 * mebibyte);
    const device = `${image}?offset=${rootOffset(usualImage)}`;
    run('e2fsck', ['-fn', device]);
    expect(run('sfdisk', ['--verify', image]).toString()).toContain('No errors');
    run('debugfs', ['-R', `dump /srv/big ${join(scratch.path, 'read-back')}`, device]);
    expect(
      readFileSync(join(scratch.path, 'read-back')).equals(readFileSync(join(scratch.path, 'big'))),
    ).toBe(true);
    expect(bases().length).toBe(1);
  });

  it('is not grown again for the next build, and is listed', async () => {
    const [key] = bases();
    const { ino } = statSync(join(scratch.path, 'cache/bases', key ?? '', 'base.img'));
    expect((await build()).stdout).toContain('unchanged');
    expect(statSync(join(scratch.path, 'cache/bases', key ?? '', 'base.img')).ino).toBe(ino);
    const { stdout } = await runCli(scratch.path, ['base', 'list', '--cache', join(scratch.path, 'cache')]);
    expect(stdout).toMatch(/small\.img .*grown: 256 MiB and \d+ files free/);
  });
});

/** Room for much, but for a few hundred more files only. */
describe.skipIf(missingPrograms(programs).length > 0)('a base with too few inodes', () => {
  const scratch = makeScratch();
  const few = { ...usualImage, extArguments: [...usualImage.extArguments, '-N', '1100'] };
  const files = Array.from({ length: 1500 }, (_, index) => `file-${index}`);

  beforeAll(() => {
    buildTestImage(few, join(scratch.path, 'small.img'), scratch.path);
    mkdirSync(join(scratch.path, 'big'));
    for (const name of files) writeFileSync(join(scratch.path, 'big', name), name);
    writeFileSync(join(scratch.path, 'cluster.yaml'), definition);
  });
  afterAll(() => scratch.cleanUp());

  it('is grown, and takes every file', async () => {
    const result = await runCli(scratch.path, ['build', '--cache', join(scratch.path, 'cache')]);
    expect(result.exitCode, result.stderr).toBe(0);
    const device = `${join(scratch.path, 'out/lab/lab-1.img')}?offset=${rootOffset(few)}`;
    run('e2fsck', ['-fn', device]);
    const listed = run('debugfs', ['-R', 'ls -p /srv/big', device]).toString();
    expect(listed.match(/\/file-\d+\//g)).toHaveLength(files.length);
  });
});
