import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const programs = ['sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'debugfs', 'e2fsck', '7zz'];

/** The command line with images that are sound but odd, or hold none. */
describe.skipIf(missingPrograms(programs).length > 0)('an image as people have it', () => {
  const scratch = makeScratch();
  const at = (name: string): string => join(scratch.path, name);
  const args = ['--profile', 'x86', '--count', '1', '--name', 'lab', '--cache', at('cache')];
  const build = (base: string) =>
    runCli(scratch.path, ['build', '--vip', 'none', ...args, '--base', base, '--out', at('out')]);

  beforeAll(() => {
    buildTestImage(usualImage, at('small.img'), scratch.path);
    writeFileSync(at('cluster.yaml'), 'storage: { type: none }\n');
  });
  afterAll(() => scratch.cleanUp());

  it('ends with a whole sector when its base does not', async () => {
    copyFileSync(at('small.img'), at('odd.img'));
    appendFileSync(at('odd.img'), Buffer.alloc(102, 'x'));
    const result = await build('./odd.img');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stderr).not.toContain('base-root-not-last');
    const image = at('out/lab-1.img');
    expect(statSync(image).size).toBe(statSync(at('small.img')).size + 512);
    run('sfdisk', ['--verify', image]);
    run('e2fsck', ['-fn', `${image}?offset=${rootOffset(usualImage)}`]);
  });

  it('is told of when its root cannot grow to the disk', async () => {
    copyFileSync(at('small.img'), at('behind.img'));
    truncateSync(at('behind.img'), statSync(at('behind.img')).size + 8 * 1024 * 1024);
    run('sfdisk', ['-q', '-a', at('behind.img')], `start=${110 * 2048},size=4096,type=82\n`);
    const result = await runCli(scratch.path, [
      ...['build', '--vip', 'none', ...args, '--base', './behind.img', '--out', at('out-behind')],
    ]);
    expect(result.stderr).toContain('[base-root-not-last]');
    expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain('behind it, partition 3 is unknown');
  });

  it('comes up by the seed of the node, whatever its cloud-init was told before', async () => {
    const base = at('told.img');
    copyFileSync(at('small.img'), base);
    const { boot } = await readBaseImage(base);
    for (const name of ['user-data', 'meta-data']) {
      writeFileSync(at(name), name === 'meta-data' ? 'local-hostname: old\n' : '#cloud-config\n');
      run('mcopy', ['-i', `${base}@@${boot?.offsetBytes}`, at(name), `::${name}`]);
    }
    writeFileSync(at('told.cfg'), 'datasource: {NoCloud: {seedfrom: "file:///boot/firmware"}}\n');
    const folders = ['/etc/cloud', '/etc/cloud/cloud.cfg.d'].map((path) => `mkdir ${path}`);
    const edit = (image: string, lines: readonly string[]) =>
      run('debugfs', ['-w', '-f', '-', `${image}?offset=${rootOffset(usualImage)}`], `${lines.join('\n')}\n`);
    edit(base, [...folders, `write ${at('told.cfg')} /etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg`]);
    const built = await build('./told.img');
    expect(built.exitCode, built.stderr).toBe(0);
    const verify = () => runCli(scratch.path, ['verify', at('out'), '--cache', at('cache')]);
    expect((await verify()).stdout).toContain('node, seed of 2:/var/lib/cloud/seed/nocloud');
    // Without our file it is the old one that wins.
    copyFileSync(at('out/lab-1.img'), at('without.img'));
    edit(at('without.img'), ['rm /etc/cloud/cloud.cfg.d/zz-dlimage-seed.cfg']);
    const alone = await runCli(scratch.path, ['inspect', at('without.img')]);
    expect(alone.stdout).toContain(
      'seed 2:/var/lib/cloud/seed/nocloud/user-data, which cloud-init does not take',
    );
    expect(alone.stdout).toMatch(/^seed 1:\/user-data$/m);
  });

  it('may have a boot partition that was not unmounted', async () => {
    copyFileSync(at('small.img'), at('pulled.img'));
    const file = openSync(at('pulled.img'), 'r+');
    // FAT32 notes it at 0x41; the boot partition begins at 1 MiB.
    writeSync(file, Buffer.of(1), 0, 1, 1024 * 1024 + 0x41);
    closeSync(file);
    const result = await build('./pulled.img');
    expect(result.exitCode, result.stderr).toBe(0);
    const verified = await runCli(scratch.path, ['verify', at('out')]);
    expect(verified.exitCode, verified.stdout).toBe(0);
  });

  it('may have its root in the last third', async () => {
    writeFileSync(at('late.img'), '');
    truncateSync(at('late.img'), 62 * 1024 * 1024);
    run(
      'sfdisk',
      ['-q', at('late.img')],
      'label: dos\nstart=2048,size=83968,type=da\nstart=86016,size=40960,type=83\n',
    );
    const tree = at('late');
    run('sh', [
      '-ec',
      'mkdir -p "$1/etc" "$1/usr/bin"; echo >"$1/usr/bin/bash"; chmod 755 "$1/usr/bin/bash"; ln -s usr/bin "$1/bin"',
      'sh',
      tree,
    ]);
    const place = `offset=${42 * 1024 * 1024}`;
    run('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, '-E', place, at('late.img'), '20480k']);
    const result = await build('./late.img');
    expect(result.exitCode, result.stderr).toBe(0);
    run('e2fsck', ['-fn', `${at('out/lab-1.img')}?${place}`]);
  });

  it('is named as the user knows it', async () => {
    writeFileSync(at('junk.img'), 'no image at all\n'.repeat(1000));
    run('7zz', ['a', '-tzip', at('junk.zip'), at('junk.img')]);
    const result = await build('./junk.zip');
    expect(result.exitCode).toBe(3);
    const text = result.stderr.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/junk\.img in \S*junk\.zip has no partition table and no filesystem/);
    expect(text).not.toContain('cache/');
  });

  it('is named so, too, when it is wrong for a build though it lies in the cache', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 200 * 1024 * 1024);
    writeFileSync(
      at('large.yaml'),
      'storage: { type: none }\nfiles: [{ source: ./large, path: /srv/large }]\n',
    );
    run('7zz', ['a', '-tzip', at('behind.zip'), at('behind.img')]);
    const result = await runCli(scratch.path, [
      ...['build', 'large.yaml', '--vip', 'none', ...args, '--base', './behind.zip'],
      ...['--state', at('other-state'), '--out', at('out-large')],
    ]);
    expect(result.exitCode, result.stderr).toBe(3);
    const text = result.stderr.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/the root filesystem of \S*behind\.zip cannot grow/);
    expect(text).toContain('[image-cannot-grow]');
    expect(text).not.toContain('cache/');
  });
});
