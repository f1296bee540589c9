import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../builder/cluster/generated/manifest.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

const missing = missingPrograms([
  'sfdisk',
  'mkfs.vfat',
  'mke2fs',
  'debugfs',
  'mcopy',
  'zstd',
  'xz',
  'qemu-img',
]);

/** A fleet from a small base, built, checked and compared by the compiled command line. */
describe.skipIf(missing.length > 0)('a fleet', () => {
  const scratch = makeScratch();
  const basePath = join(scratch.path, 'base.img');
  const cache = join(scratch.path, 'cache');
  const out = (name: string) => join(scratch.path, 'out', name);
  const cli = (...args: readonly string[]): Promise<CliResult> =>
    runCli(scratch.path, [...args, '--cache', cache]);
  const buildArguments = (name: string, count: number, ...more: readonly string[]) => [
    ...['build', '--profile', 'x86', '--base', basePath, '--name', name, '--count', String(count)],
    ...['--cache', cache, ...more],
  ];
  const build = async (name: string, count: number, ...more: readonly string[]): Promise<CliResult> => {
    const result = await runCli(scratch.path, buildArguments(name, count, ...more));
    expect(result.exitCode, result.stderr).toBe(0);
    return result;
  };
  const manifest = (name: string) =>
    JSON.parse(readFileSync(join(out(name), 'manifest.json'), 'utf8')) as Manifest;
  const files = (name: string) => readdirSync(out(name)).filter((file) => !file.startsWith('.'));

  beforeAll(() => {
    buildTestImage(testImages['MBR, FAT32, ext4 of today']!, basePath, scratch.path);
  });
  afterAll(() => scratch.cleanUp());

  it('in every format at once passes verify', async () => {
    const formats = ['img', 'img.zst', 'img.xz', 'img.gz', 'qcow2', 'img.bmap', 'dlpatch'];
    await build('all', 2, ...formats.flatMap((format) => ['--format', format]));
    const verified = await cli('verify', out('all'));
    expect(verified.stdout).toContain('14 files, all good.');
    expect(verified.stdout).toMatch(/all-2\.img\.xz +good +checksum, image, filesystems, node/);
    run('sh', ['-c', 'cd "$1" && sha256sum -c SHA256SUMS', 'sh', out('all')]);

    const fromAbove = await cli('verify', '--fast');
    expect(fromAbove.stdout).toMatch(/^out\/all\/all-2\.img\.xz +good +checksum$/m);
    const inside = await runCli(out('all'), ['verify', '--fast', '--cache', cache]);
    expect(inside.stdout).toMatch(/^all-2\.img\.xz +good +checksum$/m);
  });

  it('makes only what is missing, or in a format that was not there', async () => {
    await build('some', 3, '--format', 'dlpatch');
    const before = statSync(join(out('some'), 'some-1.dlpatch'));
    rmSync(join(out('some'), 'some-2.dlpatch'));
    await build('some', 4, '--format', 'dlpatch', '--format', 'img.zst');
    expect(files('some')).toHaveLength(4 * 2 + 2);
    await build('same', 2, '--format', 'dlpatch');
    const again = await build('same', 2, '--format', 'dlpatch');
    expect(again.stdout).toContain('2 were up to date');
    const third = await build('same', 2, '--format', 'dlpatch', '--format', 'qcow2', '--backing');
    expect(third.stdout).not.toContain('up to date');
    const thin = await cli('verify', out('same'));
    expect(thin.stdout, thin.stderr).toMatch(/same-1\.qcow2 +good +checksum, image, filesystems, node/);
    expect(manifest('same').nodes[0]?.files.map(({ format }) => format)).toEqual(['qcow2', 'dlpatch']);
    expect(before.isFile()).toBe(true);
  });

  it('says what is wrong with a damaged, a cut off, a missing and a swapped file', async () => {
    await build('bad', 5, '--format', 'img.zst');
    const path = (node: number) => join(out('bad'), `bad-${node}.img.zst`);
    const bytes = readFileSync(path(1));
    bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500);
    writeFileSync(path(1), bytes);
    truncateSync(path(2), 1000);
    rmSync(path(3));
    const verified = await cli('verify', out('bad'), '--json');
    expect(verified.exitCode).toBe(3);
    const results = JSON.parse(verified.stdout.split('\n').at(-1) ?? '') as {
      exitCode: number;
      wrong: number;
      files: { name: string; problems: string[] }[];
    };
    expect(results).toMatchObject({ exitCode: 3, wrong: 3 });
    expect(results.files.map(({ problems }) => problems.join())).toEqual([
      'its SHA-256 is not that of the manifest',
      `it has 1000 bytes, not ${manifest('bad').nodes[1]?.files[0]?.sizeBytes}`,
      'it is missing',
      '',
      '',
    ]);
  });

  it('finds an image that is another node than its manifest says, and damage in a file without a manifest', async () => {
    await build('swap', 2);
    const file = join(out('swap'), 'manifest.json');
    const text = readFileSync(file, 'utf8');
    const [one, two] = manifest('swap').nodes;
    writeFileSync(
      file,
      text
        .replaceAll(one?.imageSha256 ?? '', 'x')
        .replaceAll(two?.imageSha256 ?? '', one?.imageSha256 ?? '')
        .replaceAll('"x"', `"${two?.imageSha256}"`)
        .replaceAll('"name": "swap-1.img"', '"name": "y"')
        .replaceAll('"name": "swap-2.img"', '"name": "swap-1.img"')
        .replaceAll('"name": "y"', '"name": "swap-2.img"'),
    );
    const verified = await cli('verify', out('swap'));
    expect(verified.stdout).toContain('/etc/hostname in the image is swap-2, the manifest says swap-1');
    const alone = join(scratch.path, 'alone.img');
    writeFileSync(alone, readFileSync(basePath));
    expect((await cli('verify', alone)).stdout).toContain('good');
    run('debugfs', ['-w', '-R', 'clri /etc/hosts', `${alone}?offset=${42 * 2 ** 20}`]);
    expect((await cli('verify', alone)).stdout).toContain('partition 2 is damaged');
  });

  it('is made from patches again, and never from a wrong or damaged one', async () => {
    await build('apply', 2, '--format', 'img', '--format', 'dlpatch');
    const patch = join(out('apply'), 'apply-1.dlpatch');
    const image = join(scratch.path, 'applied.img');
    const applied = await cli('apply', patch, '--base', basePath, '--out', image);
    expect(applied.exitCode, applied.stderr).toBe(0);
    expect(readFileSync(image).equals(readFileSync(join(out('apply'), 'apply-1.img')))).toBe(true);
    const packed = join(scratch.path, 'applied.img.xz');
    await cli('apply', patch, '--base', basePath, '--out', packed);
    expect(run('xz', ['-dc', packed]).equals(readFileSync(image))).toBe(true);

    const other = join(out('apply'), 'apply-2.img');
    const refused = await cli('apply', patch, '--base', other, '--out', join(scratch.path, 'no.img'));
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('[patch-base-differs]');
    expect((await cli('apply', patch, '--out', join(scratch.path, 'no.img'))).stderr).toContain(
      '[patch-base-missing]',
    );
    const bytes = readFileSync(patch);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    const damaged = join(scratch.path, 'damaged.dlpatch');
    writeFileSync(damaged, bytes);
    const failed = await cli('apply', damaged, '--base', basePath, '--out', join(scratch.path, 'no.img'));
    expect(failed.stderr).toContain('its checksum does not match its content [patch-damaged]');
    expect(readdirSync(scratch.path)).not.toContain('no.img');
  });

  it('differs from its base and from node to node in what the plan says', async () => {
    await build('differ', 2, '--format', 'img', '--format', 'img.zst');
    const [one, two] = ['differ-1.img', 'differ-2.img.zst'].map((file) => join(out('differ'), file));
    const nodes = (await cli('--quiet', 'diff', one!, two!)).stdout;
    expect(nodes).toContain('~ /etc/hostname: content');
    expect(nodes).toContain('~ /etc/ssh/ssh_host_ed25519_key: content');
    expect(nodes).not.toContain('/etc/hosts');
    const fromBase = (await cli('--quiet', 'diff', basePath, one!)).stdout;
    expect(fromBase).toMatch(/~ \/etc\/hosts: .*size 10000 -> /);
    expect(fromBase).toContain('+ /etc/dlimage/node.env');
    expect(fromBase).not.toContain('/usr/lib/many');
    expect((await cli('--quiet', 'diff', one!, one!)).stdout).toBe('The images are the same.');
  });

  it('knows nodes whose record was cut off in the journal as not built', async () => {
    await build('cut', 2, '--format', 'dlpatch');
    appendFileSync(join(out('cut'), '.journal'), '{"header":{"dlimage":"0');
    expect((await build('cut', 2, '--format', 'dlpatch')).stdout).toContain('2 were up to date');
  });
});
